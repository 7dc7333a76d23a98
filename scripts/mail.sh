# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What mail and mail-llvm share: source it behind lib.sh.

# load_text NAME: mail/NAME.txt, which has fields up to the first empty line and then text,
# as cover[FIELD] and cover[Text]
load_text() {
	local file=$TOP/mail/$1.txt field value
	[ -f "$file" ] || die "there is no cover letter 'mail/$1.txt' for the series '$1': write it, like the others in mail/."
	declare -g -A cover=([Subject]='' [Change-Id]='' [Revision]=1 [Prefix]=PATCH [Cc]='')
	while IFS=: read -r field value && [ -n "$field" ]; do
		case $field in
		Subject | Change-Id | Revision | Prefix) cover[$field]=${value# } ;;
		Cc) cover[Cc]+=${value# }$'\n' ;;
		"#"*) ;;
		*) die "'mail/$1.txt' has a field '$field': it takes Subject, Change-Id, Revision, Prefix and Cc, and an empty line behind them." ;;
		esac
	done <"$file"
	cover[Text]=$(sed '1,/^$/d' "$file")
	[ -n "${cover[Subject]}" ] || die "'mail/$1.txt' has no 'Subject:': add it."
	[ -n "${cover[Text]}" ] || die "'mail/$1.txt' has no text behind its first empty line: write it."
}

# load_sender: name and email, or the sentence what is missing
load_sender() {
	who=$("$TOP/scripts/sender")
	name=${who% <*} email=${who##*<} email=${email%>}
}

# as_sender GIT-ARGUMENTS: git as whoever sends, $name and $email, and nothing else of
# what is set up
as_sender() {
	GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 \
	GIT_COMMITTER_NAME=$name GIT_COMMITTER_EMAIL=$email \
		git -c commit.gpgsign=false -c gc.auto=0 -c advice.detachedHead=false \
		-c "user.name=$name" -c "user.email=$email" "$@"
}

# rewrite DIR COMMIT PARENT SED: that commit of DIR, on PARENT, by whoever sends instead of
# the project, its message changed by a script of sed; prints the new commit
rewrite() {
	local author_name author_email date
	{ read -r author_name; read -r author_email; read -r date; } < <(own_git -C "$1" log -1 --format='%an%n%ae%n%ad' --date=raw "$2")
	# Somebody else's work is a backport.
	if [[ $author_email = *@localhost ]]; then
		author_name=$name author_email=$email
	fi
	own_git -C "$1" log -1 --format=%B "$2" | sed "$4" | git stripspace |
		GIT_AUTHOR_NAME=$author_name GIT_AUTHOR_EMAIL=$author_email GIT_AUTHOR_DATE=$date GIT_COMMITTER_DATE=$date \
		as_sender -C "$1" commit-tree -p "$3" "$2^{tree}"
}
