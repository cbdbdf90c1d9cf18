-- 获取的权限, as the provider's form has it (西安科技大学 附件1); rows imported before hold none.
ALTER TABLE filed_row ADD COLUMN permissions TEXT;

PRAGMA user_version = 5;
