# beiand: one file, no recursion. O is the build folder; V=1 shows the commands.
# Each source folder is one archive; DEPS_<folder> is who it may link, as ARCHITECTURE.md says.
O ?= build
CC ?= cc
PREFIX ?= /usr
WERROR ?= $(if $(CI),-Werror)
SAN ?=
# All cores, unless -j says otherwise; a make within a make shares those of the outer one. `make clean all` is in order.
ifeq ($(MAKELEVEL)$(filter clean,$(MAKECMDGOALS)),0)
MAKEFLAGS += -j$(shell nproc)
endif

FOLDERS := base dissect ipc conf filings policy notify probes visit watch db store daemon ctl
DEPS_base :=
DEPS_dissect := base
DEPS_ipc := base
DEPS_conf := base
DEPS_filings := conf base
DEPS_policy := conf base
DEPS_notify := base
DEPS_probes := conf base
DEPS_visit := probes conf base
DEPS_watch := ipc dissect conf base
DEPS_db := ipc base
DEPS_store := db filings policy ipc conf base
DEPS_daemon := store watch notify visit probes db filings policy ipc dissect conf base
DEPS_ctl := store watch visit probes db filings policy ipc dissect conf base

PKGS := libpcap sqlite3 libevent_core libpsl jansson libpcre2-8 inih libsodium libxxhash smartcols nettle zlib libcurl \
	libxml-2.0 libcrypto uchardet libmurmurhash libcares
WARN := -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
	-Wcast-qual -Wvla -Wimplicit-fallthrough -Wformat=2 -Wno-sign-conversion $(WERROR)
CPPFLAGS += -I. -I$(O)/gen -D_GNU_SOURCE -DINI_HANDLER_LINENO=1 -D_FORTIFY_SOURCE=2
CFLAGS ?= -O2 -g
# What sees each packet is compiled apart for programs, to be optimised as a whole when they are linked: copies there
# are short, and x86's string instructions begin slowly. Tests link the folders one by one.
SHORT_x86_64 := -mmemcpy-strategy=unrolled_loop:256:noalign,libcall:-1:noalign \
	-mmemset-strategy=unrolled_loop:256:noalign,libcall:-1:noalign
WHOLE ?= $(if $(findstring clang,$(CC)),,-O3 -flto=auto $(SHORT_$(firstword $(subst -, ,$(shell $(CC) -dumpmachine)))))
WHOLE_FOLDERS := base ipc dissect watch
CFLAGS_ALL := -std=c11 $(WARN) -fPIE -fstack-protector-strong $(SAN) $(CFLAGS) $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
LDFLAGS_ALL := -pie -Wl,-z,relro,-z,now -Wl,--as-needed $(SAN) $(LDFLAGS)
LINK_PROGRAM = $(CC) $(CFLAGS) $(WHOLE) $(LDFLAGS_ALL)
LINK_TEST = $(CC) $(LDFLAGS_ALL)
LIBS := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lcsv

ifeq ($(V),)
Q := @
say = @printf '  %-5s %s\n' '$(1)' '$(2)';
endif

srcs = $(filter-out %/main.c %_main.c,$(wildcard $(1)/*.c)) $(GEN_$(1))
objs = $(patsubst %.c,$(O)/%.o,$(patsubst $(O)/%,%,$(call srcs,$(1))))
libs = $(foreach f,$(1),$(O)/lib/$(f).a)
program_libs = $(call libs,$(foreach f,$(1),$(if $(WHOLE),$(if $(filter $(f),$(WHOLE_FOLDERS)),whole/))$(f)))

GEN_db := $(O)/gen/db/schema_data.c

.PHONY: all
all: $(O)/beiand $(O)/beiand-prober $(O)/beianctl

$(O)/beiand: $(O)/daemon/main.o $(call program_libs,daemon $(DEPS_daemon))
	$(call say,LINK,$@)
	$(Q)$(LINK_PROGRAM) -o $@ $^ $(LIBS)

$(O)/beiand-prober: $(O)/daemon/prober_main.o $(call program_libs,daemon $(DEPS_daemon))
	$(call say,LINK,$@)
	$(Q)$(LINK_PROGRAM) -o $@ $^ $(LIBS)

$(O)/beianctl: $(O)/ctl/main.o $(call program_libs,ctl $(DEPS_ctl))
	$(call say,LINK,$@)
	$(Q)$(LINK_PROGRAM) -o $@ $^ $(LIBS)

define archive
$(O)/lib/$(1).a: $(2)
	$$(call say,AR,$$@)
	$(Q)mkdir -p $$(@D) && rm -f $$@ && ar rcs $$@ $$^
endef
$(foreach f,$(FOLDERS),$(eval $(call archive,$(f),$(call objs,$(f)))))
$(foreach f,$(WHOLE_FOLDERS),$(eval $(call archive,whole/$(f),$(patsubst $(O)/%,$(O)/whole/%,$(call objs,$(f))))))

define compile
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(CC) $(CPPFLAGS) $(CFLAGS_ALL) $(1) -MMD -MP -c -o $@ $<
endef
$(O)/%.o: %.c
	$(compile)
$(O)/gen/%.o: $(O)/gen/%.c
	$(compile)
$(O)/whole/%.o: %.c
	$(call compile,$(WHOLE))

# The migrations, built into the binary as one array of (name, SQL).
$(O)/gen/db/schema_data.c: $(wildcard db/schema/*.sql) scripts/embed-sql
	$(call say,GEN,$@)
	$(Q)mkdir -p $(@D) && scripts/embed-sql db/schema/*.sql > $@

# -- tests: tests/unit/FOLDER/test_X.c is for FOLDER/X.c and links only what FOLDER may see;
# the DNS and HTTP servers of some are libevent_extra
UNIT := $(patsubst tests/%.c,$(O)/tests/%,$(wildcard tests/unit/*/test_*.c))
FUZZ := $(patsubst tests/fuzz/%.c,$(O)/tests/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
.PHONY: unit fuzz-replays
unit: $(UNIT) $(O)/tests/probe_drive
fuzz-replays: $(FUZZ)

define unit_rule
$(O)/tests/unit/$(1)/test_%: $(O)/tests/unit/$(1)/test_%.o $(call libs,$(1) $(DEPS_$(1)))
	$$(call say,LINK,$$@)
	$(Q)$(LINK_TEST) -o $$@ $$^ $(LIBS) -lcmocka -levent_extra
endef
$(foreach f,$(FOLDERS),$(eval $(call unit_rule,$(f))))
.PRECIOUS: $(O)/%.o

# What the tests of the prober's engine run against real servers.
$(O)/tests/probe_drive.o: CPPFLAGS += -DSOURCE_DATA='"$(CURDIR)/conf"'
$(O)/tests/probe_drive: $(O)/tests/probe_drive.o $(call libs,visit $(DEPS_visit))
	$(call say,LINK,$@)
	$(Q)$(LINK_TEST) -o $@ $^ $(LIBS)

# A fuzz target names its folder in its first line: /* fuzz: FOLDER ... */. With gcc it is linked to a plain main
# that replays files; `make fuzz` builds the same file with clang's libFuzzer.
fuzz_folders = $(shell sed -n '1s,^/\* fuzz: \(.*\) \*/$$,\1,p' tests/fuzz/$(1).c)
.SECONDEXPANSION:
$(O)/tests/fuzz/fuzz_%: $(O)/tests/fuzz/fuzz_%.o $(O)/tests/fuzz/replay_main.o $$(call libs,$$(call fuzz_folders,fuzz_$$*))
	$(call say,LINK,$@)
	$(Q)$(LINK_TEST) -o $@ $^ $(LIBS)

-include $(shell find $(O) -name '*.d' 2>/dev/null)

# -- the targets of contract.md
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all
PROC := $(sort $(wildcard tests/proc/*.sh))
E2E := $(sort $(wildcard tests/e2e/*.sh))
PARSERS := $(sort $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c)))
FUZZ_SECONDS ?= 60

.PHONY: run test check asan fuzz bench lint fmt size install uninstall deb clean deps
deps:
	scripts/deps build
run:
	scripts/run
# On a fresh machine the packages come first: make reads pkg-config at its start, so the rest is a make of its own.
test:
	scripts/deps build test
	$(MAKE) --no-print-directory test-all
.PHONY: test-all
test-all: all unit fuzz-replays asan-build
	$(Q)rm -f $(O)/tally
	-$(Q)tests/run -o $(O) -t $(O)/tally tests/lint.sh $(UNIT) $(FUZZ) tests/golden/run.sh $(PROC) $(E2E)
	$(Q)$(MAKE) --no-print-directory asan-run TALLY='-t $(O)/tally'

# Fast, no root.
check: all unit fuzz-replays
	$(Q)tests/run -o $(O) $(UNIT) $(FUZZ) tests/golden/run.sh

asan: asan-build
	$(Q)$(MAKE) --no-print-directory asan-run
.PHONY: asan-build asan-run
asan-build:
	$(Q)mkdir -p $(O)-asan/logs
	$(Q)$(MAKE) --no-print-directory O=$(O)-asan SAN='$(SANITIZE)' WHOLE= CFLAGS='-O1 -g -U_FORTIFY_SOURCE -fno-omit-frame-pointer' \
		all unit fuzz-replays
asan-run:
	$(Q)UBSAN_OPTIONS=print_stacktrace=1 tests/run -o $(O)-asan $(TALLY) $(patsubst $(O)/%,$(O)-asan/%,$(UNIT) $(FUZZ)) \
		tests/golden/run.sh $(PROC)

# The same targets under libFuzzer, FUZZ_SECONDS each; findings land in $(O)-fuzz.
fuzz:
	$(Q)scripts/fuzz $(O)-fuzz $(FUZZ_SECONDS) $(PARSERS)

bench: all
	$(Q)tests/bench/run --write doc/performance.md
	$(Q)O=$(O) tests/bench/probe

lint:
	$(Q)scripts/lint
size:
	$(Q)scripts/lint --size
fmt:
	$(Q)clang-format-14 -i $$(git ls-files '*.c' '*.h')

DATA := $(wildcard conf/*.tsv)
install: all
	install -d $(DESTDIR)$(PREFIX)/sbin $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/beiand \
		$(DESTDIR)/etc/beiand $(DESTDIR)/lib/systemd/system $(DESTDIR)$(PREFIX)/lib/sysusers.d \
		$(DESTDIR)$(PREFIX)/lib/tmpfiles.d $(DESTDIR)$(PREFIX)/share/man/man8 $(DESTDIR)$(PREFIX)/share/man/man5 \
		$(DESTDIR)$(PREFIX)/share/doc/beiand/schema
	install -m 755 $(O)/beiand $(O)/beiand-prober $(DESTDIR)$(PREFIX)/sbin/
	install -m 755 $(O)/beianctl $(DESTDIR)$(PREFIX)/bin/beianctl
	install -m 644 $(DATA) $(DESTDIR)$(PREFIX)/share/beiand/
	[ -e $(DESTDIR)/etc/beiand/beiand.conf ] || install -m 644 conf/beiand.conf $(DESTDIR)/etc/beiand/beiand.conf
	install -m 644 systemd/beiand.service $(DESTDIR)/lib/systemd/system/
	install -m 644 doc/*.8 $(DESTDIR)$(PREFIX)/share/man/man8/
	scripts/conf-man conf/beiand.conf > $(DESTDIR)$(PREFIX)/share/man/man5/beiand.conf.5
	install -m 644 systemd/beiand.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/beiand.conf
	install -m 644 systemd/beiand.tmpfiles $(DESTDIR)$(PREFIX)/lib/tmpfiles.d/beiand.conf
	install -m 644 README.md README.zh-CN.md $(DESTDIR)$(PREFIX)/share/doc/beiand/
	install -m 644 doc/schema/*.json $(DESTDIR)$(PREFIX)/share/doc/beiand/schema/
	$(if $(DESTDIR),,@$(TELL_SYSTEMD))
# On the machine itself, not in a package: the unit needs its user, and systemd to have seen it.
TELL_SYSTEMD = [ ! -d /run/systemd/system ] || { systemd-sysusers beiand.conf && systemctl daemon-reload; }
uninstall:
	rm -f $(DESTDIR)$(PREFIX)/sbin/beiand $(DESTDIR)$(PREFIX)/sbin/beiand-prober $(DESTDIR)$(PREFIX)/bin/beianctl $(DESTDIR)/lib/systemd/system/beiand.service \
		$(DESTDIR)$(PREFIX)/share/man/man8/beiand.8 $(DESTDIR)$(PREFIX)/share/man/man8/beianctl.8 \
		$(DESTDIR)$(PREFIX)/share/man/man5/beiand.conf.5 $(DESTDIR)$(PREFIX)/lib/sysusers.d/beiand.conf \
		$(DESTDIR)$(PREFIX)/lib/tmpfiles.d/beiand.conf
	rm -rf $(DESTDIR)$(PREFIX)/share/beiand $(DESTDIR)$(PREFIX)/share/doc/beiand
deb:
	scripts/deps deb
	MAKEFLAGS= dpkg-buildpackage -b -uc -us
clean:
	rm -rf $(O) $(O)-asan $(O)-fuzz
