r"""The patterns that grok's ``%{NAME}`` stands for, each in RE2's notation.

What RE2 has no look-around for is said otherwise: of alternatives the longer stand first, quoted
text is classes and escapes, and ``NOT_BEFORE`` and ``NOT_AFTER`` keep a pattern that an expression
begins or ends with from the midst of a number. Patterns of whole lines name the record's fields.
"""

_HEX = "[0-9A-Fa-f]"
_GROUP_OF_IPV6 = f"{_HEX}{{1,4}}"

# Letters and digits beyond ASCII, by blocks: RE2's classes of them take hundreds of instructions.
_BEYOND_ASCII = (
    r"\x{c0}-\x{d6}\x{d8}-\x{f6}\x{f8}-\x{1fff}\x{2c00}-\x{2dff}\x{3040}-\x{d7ff}"
    r"\x{f900}-\x{faff}\x{20000}-\x{3ffff}"
)
_IN_WORD = rf"[0-9A-Za-z_{_BEYOND_ASCII}]"
# RFC 3986, 2.2 and 2.3: what stands unescaped in a path; also braces, and text that is not ASCII.
_IN_PATH = r"0-9A-Za-z._~!$&'()*+,;=:@%{}#\x{80}-\x{10ffff}\-"


def _in_any_case(words: str) -> str:
    """Each word in small letters, capitalised, or in capitals; ``|`` parts the ends that it has."""
    found = []
    for word in words.split():
        stem, *ends = word.split("|")
        ended = f"(?:{'|'.join(ends)})?" if ends else ""
        found.append(f"[{stem[0].upper()}{stem[0]}]{stem[1:]}{ended}")
        found.append(f"{stem.upper()}{ended.upper()}")
    return "|".join(found)


_TEXT = {
    # A whole word: \b knows ASCII alone, so a word that begins or ends otherwise needs none.
    "WORD": rf"\b[0-9A-Za-z_]{_IN_WORD}*(?:[{_BEYOND_ASCII}]|\b)"
    rf"|[{_BEYOND_ASCII}](?:{_IN_WORD}*(?:[{_BEYOND_ASCII}]|\b))?",
    "NOTSPACE": r"\S+",
    "SPACE": r"\s*",
    "DATA": ".*?",
    "GREEDYDATA": ".*",
    "QUOTEDSTRING": r'"(?:[^"\\]|\\(?s:.))*"|'
    r"'(?:[^'\\]|\\(?s:.))*'|"
    r"`(?:[^`\\]|\\(?s:.))*`",
    "QS": "%{QUOTEDSTRING}",
    "UUID": f"{_HEX}{{8}}-(?:{_HEX}{{4}}-){{3}}{_HEX}{{12}}",
    "URN": r"urn:[0-9A-Za-z][0-9A-Za-z-]*:[0-9A-Za-z()+,.:=@;$_!*'%/?#-]+",
}
_NUMBERS = {
    "INT": "[+-]?[0-9]+",
    "POSINT": r"\b[1-9][0-9]*\b",
    "NONNEGINT": r"\b[0-9]+\b",
    "BASE10NUM": r"[+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)",
    "NUMBER": "%{BASE10NUM}",
    "BASE16NUM": f"[+-]?(?:0[xX])?{_HEX}+",
    "BASE16FLOAT": rf"[+-]?(?:0[xX])?(?:{_HEX}+(?:\.{_HEX}*)?|\.{_HEX}+)",
}
_NAMES = {
    "USERNAME": "[0-9A-Za-z._-]+",
    "USER": "%{USERNAME}",
    "EMAILLOCALPART": r"[0-9A-Za-z!#$%&'*+/=?^_`{|}~.-]+",
    "EMAILADDRESS": "%{EMAILLOCALPART}@%{HOSTNAME}",
    "HTTPDUSER": "%{EMAILADDRESS}|%{USER}",
}
_ADDRESSES = {
    "CISCOMAC": rf"(?:{_HEX}{{4}}\.){{2}}{_HEX}{{4}}",
    "WINDOWSMAC": f"(?:{_HEX}{{2}}-){{5}}{_HEX}{{2}}",
    "COMMONMAC": f"(?:{_HEX}{{2}}:){{5}}{_HEX}{{2}}",
    "MAC": "%{CISCOMAC}|%{WINDOWSMAC}|%{COMMONMAC}",
    # 0 to 255, with zeros before it too.
    "OCTET": "25[0-5]|2[0-4][0-9]|[01]?[0-9]{1,2}",
    "IPV4": r"%{OCTET}(?:\.%{OCTET}){3}",
    # All eight groups, or `::` for some. How many stand around that is not counted: it would take
    # hundreds of instructions. The last two groups may be written as an IPv4 address.
    "IPV6": f"(?:(?:{_GROUP_OF_IPV6}:){{6}}(?:{_GROUP_OF_IPV6}:{_GROUP_OF_IPV6}|%{{IPV4}})"
    f"|(?:(?:{_GROUP_OF_IPV6}:)+|:):(?:(?:{_GROUP_OF_IPV6}:)*(?:%{{IPV4}}|{_GROUP_OF_IPV6}))?)"
    "(?:%[0-9A-Za-z._~-]+)?",
    "IP": "%{IPV6}|%{IPV4}",
    "HOSTNAME": r"\b[0-9A-Za-z][0-9A-Za-z-]*(?:\.[0-9A-Za-z][0-9A-Za-z-]*)*\.?",
    "IPORHOST": "%{IP}|%{HOSTNAME}",
    "HOSTPORT": r"(?:%{IPORHOST}|\[%{IPV6}\]):%{POSINT}",
}
_PATHS = {
    # A backslash escapes what else a name may hold.
    "UNIXPATH": r"(?:/(?:[0-9A-Za-z_%!$@:.,+~=#\x{80}-\x{10ffff}-]|\\.)*)+",
    "TTY": "/dev/(?:pts/[0-9]+|tty[0-9A-Za-z]*|console)",
    # A drive, or a server after two backslashes.
    "WINPATH": r'(?:[A-Za-z]:|\\)(?:\\[^\\/:*?"<>|\r\n]*)+',
    "PATH": "%{UNIXPATH}|%{WINPATH}",
    "URIPROTO": "[A-Za-z][0-9A-Za-z+.-]*",
    "URIUSER": r"[0-9A-Za-z._~!$&'()*+,;=:%-]+@",
    "URIHOST": r"(?:%{URIUSER})?(?:%{IPORHOST}|\[%{IPV6}\])(?::%{POSINT})?",
    "URIPATH": f"/[{_IN_PATH}/]*",
    "URIQUERY": rf"[{_IN_PATH}/?|\[\]<>^`]*",
    "URIPARAM": r"\?%{URIQUERY}",
    "URIPATHPARAM": "%{URIPATH}(?:%{URIPARAM})?",
    "URI": "%{URIPROTO}://(?:%{URIHOST})?(?:%{URIPATHPARAM})?",
}
_TIMES = {
    # English and German.
    "MONTH": r"\b(?:Jan(?:uary|uar)?|Feb(?:ruary|ruar)?|Mar(?:ch)?|M(?:ä|ae)?rz|Mär|Apr(?:il)?"
    r"|Ma[iy]|Jun[ei]?|Jul[iy]?|Aug(?:ust)?|Sep(?:t(?:ember)?)?|O[ck]t(?:ober)?|Nov(?:ember)?"
    r"|De[cz](?:ember)?)\b",
    "MONTHNUM": "1[0-2]|0?[1-9]",
    "MONTHNUM2": "1[0-2]|0[1-9]",
    "MONTHDAY": "3[01]|[12][0-9]|0?[1-9]",
    "DAY": r"\b(?:Mon(?:day)?|Tue(?:s(?:day)?)?|Wed(?:nesday)?|Thu(?:r(?:s(?:day)?)?)?|Fri(?:day)?"
    r"|Sat(?:urday)?|Sun(?:day)?)\b",
    "YEAR": "[0-9]{4}|[0-9]{2}",
    "HOUR": "2[0-3]|[01]?[0-9]",
    "MINUTE": "[0-5][0-9]",
    # 60 is a leap second; some write a colon before the fraction.
    "SECOND": "(?:60|[0-5]?[0-9])(?:[.,:][0-9]+)?",
    "TIME": "%{HOUR}:%{MINUTE}:%{SECOND}",
    "DATE_US": "%{MONTHNUM}[/-]%{MONTHDAY}[/-]%{YEAR}",
    "DATE_EU": "%{MONTHDAY}[./-]%{MONTHNUM}[./-]%{YEAR}",
    "DATE": "%{DATE_US}|%{DATE_EU}",
    "DATESTAMP": "%{DATE}[- ]%{TIME}",
    "TZ": "UTC|[AECMP][SD]T",
    "ISO8601_TIMEZONE": "Z|[+-]%{HOUR}(?::?%{MINUTE})?",
    "ISO8601_HOUR": "2[0-3]|[01][0-9]",
    "ISO8601_SECOND": "%{SECOND}",
    "TIMESTAMP_ISO8601": "%{YEAR}-%{MONTHNUM}-%{MONTHDAY}[T ]%{HOUR}:?%{MINUTE}(?::?%{SECOND})?"
    "(?:%{ISO8601_TIMEZONE})?",
    "DATESTAMP_RFC822": "%{DAY} %{MONTH} %{MONTHDAY} %{YEAR} %{TIME} %{TZ}",
    "DATESTAMP_RFC2822": "%{DAY}, %{MONTHDAY} %{MONTH} %{YEAR} %{TIME} %{ISO8601_TIMEZONE}",
    "DATESTAMP_OTHER": "%{DAY} %{MONTH} %{MONTHDAY} %{TIME} %{TZ} %{YEAR}",
    "DATESTAMP_EVENTLOG": "%{YEAR}%{MONTHNUM2}(?:3[01]|[12][0-9]|0[1-9])(?:2[0-3]|[01][0-9])"
    "%{MINUTE}%{MINUTE}",
    "HTTPDATE": "%{MONTHDAY}/%{MONTH}/%{YEAR}:%{TIME} [+-][0-9]{4}",
    "HTTPDERROR_DATE": "%{DAY} %{MONTH} +%{MONTHDAY} %{TIME} %{YEAR}",
    "SYSLOGTIMESTAMP": "%{MONTH} +%{MONTHDAY} %{TIME}",
}
_LEVELS = {
    "LOGLEVEL": _in_any_case(
        "alert trace debug notice info|rmation warn|ing err|or crit|ical fatal severe emerg|ency"
    ),
}
_SYSLOG = {
    "SYSLOGHOST": "%{IPORHOST}",
    # <facility.severity>, as some daemons write it; <134> is SYSLOG5424PRI.
    "SYSLOGFACILITY": "<%{NONNEGINT:facility}[.]%{NONNEGINT:priority}>",
    "PROG": r"[!-Z\\^-~]+",  # what is printable, but for brackets
    "SYSLOGPROG": r"%{PROG:app_name}(?:\[%{POSINT:proc_id}\])?",
    "SYSLOGBASE": "%{SYSLOGTIMESTAMP:timestamp} (?:%{SYSLOGFACILITY} )?%{SYSLOGHOST:hostname}"
    " %{SYSLOGPROG}:",
    "SYSLOGBASE2": "(?<timestamp>%{SYSLOGTIMESTAMP}|%{TIMESTAMP_ISO8601})"
    " (?:%{SYSLOGFACILITY} )?%{SYSLOGHOST:hostname} +%{SYSLOGPROG}:",
    "SYSLOGLINE": "%{SYSLOGBASE2} %{GREEDYDATA:message}",
    "SYSLOG5424PRINTASCII": "[!-~]+",
    "SYSLOG5424PRI": "<%{NONNEGINT:syslog5424_pri}>",
    # Elements in brackets, their values quoted.
    "SYSLOG5424SD": r'(?:\[(?:[^\]"]|"(?:[^"\\]|\\.)*")*\])+',
    "SYSLOG5424BASE": "%{SYSLOG5424PRI}%{NONNEGINT:syslog5424_ver}"
    " +(?:-|%{TIMESTAMP_ISO8601:timestamp}) +(?:-|%{IPORHOST:hostname})"
    " +(?:-|%{SYSLOG5424PRINTASCII:app_name}) +(?:-|%{SYSLOG5424PRINTASCII:proc_id})"
    " +(?:-|%{SYSLOG5424PRINTASCII:msg_id}) +(?:-|%{SYSLOG5424SD:structured_data})",
    "SYSLOG5424LINE": "%{SYSLOG5424BASE} +%{GREEDYDATA:message}",
    "CRON_ACTION": "[A-Z][A-Z ]*",
    "CRONLOG": r"%{SYSLOGBASE} \(%{USER:user}\) %{CRON_ACTION:action} \(%{DATA:message}\)",
    "CISCOTIMESTAMP": "%{MONTH} +%{MONTHDAY}(?: %{YEAR})? %{TIME}",
    "CISCOTAG": "[0-9A-Z_]+(?:-[0-9A-Z_]+)*-[0-7]-[0-9A-Z_]+",
    "CISCO_TAGGED_SYSLOG": "<%{NONNEGINT:syslog_pri}>%{CISCOTIMESTAMP:timestamp}"
    "(?: %{SYSLOGHOST:hostname})? ?: %%{CISCOTAG:msg_id}:",
}
_WEB = {
    # A server may write a name of the client, an address of any kind, `-` or `unix:`.
    "HTTPD_CLIENT": rf"{_HEX}*:[0-9A-Fa-f:.]+(?:%[0-9A-Za-z._~-]+)?|%{{HOSTNAME}}|unix:|-",
    "HTTPD_REQUEST": r"(?<method>[A-Za-z_-]+) %{NOTSPACE:path}(?: (?<protocol>HTTP/[0-9.]+))?",
    "HTTPD_QUOTED": r'(?:[^"\\]|\\.)*',
    "HTTPD_COMMONLOG": r"%{HTTPD_CLIENT:client_ip} %{HTTPDUSER:ident} %{HTTPDUSER:user}"
    r' \[%{HTTPDATE:timestamp}\] "(?:%{HTTPD_REQUEST}|%{DATA:rawrequest})"'
    " (?:-|%{INT:status_code}) (?:-|%{INT:bytes})",
    "HTTPD_COMBINEDLOG": '%{HTTPD_COMMONLOG} "%{HTTPD_QUOTED:referrer}"'
    ' "%{HTTPD_QUOTED:user_agent}"',
    "COMMONAPACHELOG": "%{HTTPD_COMMONLOG}",
    "COMBINEDAPACHELOG": "%{HTTPD_COMBINEDLOG}",
    "HTTPD20_ERRORLOG": r"\[%{HTTPDERROR_DATE:timestamp}\] \[%{LOGLEVEL:level}\]"
    r" (?:\[client %{IPORHOST:client_ip}\] )?%{GREEDYDATA:message}",
    "HTTPD24_ERRORLOG": r"\[%{HTTPDERROR_DATE:timestamp}\]"
    r" \[(?:-|%{WORD:module})?:(?<level>%{LOGLEVEL}[1-8]?)\]"
    r" \[pid %{POSINT:pid}(?::tid %{INT:tid})?\](?: \(%{INT:errno}\)%{DATA:errno.message}:)?"
    r"(?: \[client %{IPORHOST:client_ip}(?::%{POSINT:client.port})?\])?"
    "(?: (?<error_code>AH[0-9]+):)? %{GREEDYDATA:message}",
    "HTTPD_ERRORLOG": r"\[%{HTTPDERROR_DATE:timestamp}\]"
    r" \[(?:(?:-|%{WORD:module})?:)?(?<level>%{LOGLEVEL}[1-8]?)\]"
    r"(?: \[pid %{POSINT:pid}(?::tid %{INT:tid})?\])?(?: \(%{INT:errno}\)%{DATA:errno.message}:)?"
    r"(?: \[client %{IPORHOST:client_ip}(?::%{POSINT:client.port})?\])?"
    "(?: (?<error_code>AH[0-9]+):)? %{GREEDYDATA:message}",
    "SQUID3": "%{NUMBER:timestamp} +%{INT:response_time_ms} %{IPORHOST:client_ip}"
    " %{WORD:cache_result}/%{INT:status_code} %{INT:bytes} %{WORD:method} %{NOTSPACE:path}"
    " (?:-|%{NOTSPACE:user}) %{WORD:hierarchy_code}/(?:-|%{IPORHOST:server.address})"
    " (?:-|%{NOTSPACE:content_type})",
}
_HAPROXY_SYSLOG_HEAD = (
    "(?:(?:%{SYSLOGTIMESTAMP}|%{TIMESTAMP_ISO8601}) %{SYSLOGHOST:hostname} %{SYSLOGPROG}: )?"
)
_HAPROXY_PLACE = (
    r"%{IP:client_ip}:%{INT:client.port} \[%{HAPROXYDATE:timestamp}\] %{NOTSPACE:frontend_name}"
    " (?<backend_name>[^ /]+)/%{NOTSPACE:server_name}"
)
_HAPROXY_CONNECTIONS = (
    r"%{INT:actconn}/%{INT:feconn}/%{INT:beconn}/%{INT:srv_conn}/[+]?%{NONNEGINT:retries}"
    " %{INT:srv_queue}/%{INT:backend_queue}"
)
_PROXIES = {
    "HAPROXYTIME": "%{HOUR}:%{MINUTE}:%{SECOND}",
    "HAPROXYDATE": "%{MONTHDAY}/%{MONTH}/%{YEAR}:%{HAPROXYTIME}",
    # Timers are milliseconds, -1 where a stage was not reached.
    "HAPROXYHTTPBASE": f"{_HAPROXY_PLACE} (?:-1|%{{INT:TR}})/(?:-1|%{{INT:Tw}})/(?:-1|%{{INT:Tc}})"
    "/(?:-1|%{INT:Tr})/[+]?(?<response_time_ms>-1|[0-9]+) (?:-1|%{INT:status_code})"
    " [+]?%{NONNEGINT:bytes} %{NOTSPACE:captured_request_cookie}"
    " %{NOTSPACE:captured_response_cookie} (?<termination_state>[^ ]{4})"
    rf" {_HAPROXY_CONNECTIONS}(?: \{{(?<captured_request_headers>[^}}]*)\}})?"
    r'(?: \{(?<captured_response_headers>[^}]*)\})? "(?:<BADREQ>|%{HTTPD_REQUEST}'
    r'|(?<rawrequest>[^"]*))"?',
    "HAPROXYHTTP": f"{_HAPROXY_SYSLOG_HEAD}%{{HAPROXYHTTPBASE}}",
    "HAPROXYTCP": f"{_HAPROXY_SYSLOG_HEAD}{_HAPROXY_PLACE} (?:-1|%{{INT:Tw}})/(?:-1|%{{INT:Tc}})"
    "/[+]?(?<response_time_ms>-1|[0-9]+) [+]?%{NONNEGINT:bytes} (?<termination_state>[^ ]{2})"
    f" {_HAPROXY_CONNECTIONS}",
}
_CLOUD = {
    # Times are seconds; of requests over TCP there is no URL.
    "ELB_ACCESS_LOG": "%{TIMESTAMP_ISO8601:timestamp} %{NOTSPACE:elb}"
    " %{IP:client_ip}:%{INT:client.port} (?:-|%{NOTSPACE:backend})"
    " (?:-1|%{NUMBER:request_processing_time}) (?:-1|%{NUMBER:backend_processing_time})"
    " (?:-1|%{NUMBER:response_processing_time}) (?:-|%{INT:status_code})"
    " (?:-|%{INT:backend_status_code}) %{INT:http.request.body.size} %{INT:bytes}"
    ' "(?:- - -|%{WORD:method} (?:%{URIPROTO:url.scheme}://(?<virtual_host>[^ "/:?]+)'
    "(?::%{POSINT:server.port})?)?%{NOTSPACE:path} (?<protocol>[A-Z]+/[0-9.]+))"
    ' ?"(?: "%{HTTPD_QUOTED:user_agent}" %{NOTSPACE:tls.cipher} %{NOTSPACE:tls.protocol.version})?',
    "S3_REQUEST_LINE": "%{HTTPD_REQUEST}|%{DATA:rawrequest}",
    "S3_ACCESS_LOG": r"%{NOTSPACE:bucket_owner} %{NOTSPACE:aws.s3.bucket} \[%{HTTPDATE:timestamp}\]"
    " (?:-|%{IP:client_ip}) %{NOTSPACE:user} %{NOTSPACE:request_id} %{NOTSPACE:operation}"
    ' %{NOTSPACE:aws.s3.key} (?:-|"%{S3_REQUEST_LINE}") (?:-|%{INT:status_code})'
    " %{NOTSPACE:error_code} (?:-|%{INT:bytes}) (?:-|%{INT:object_size})"
    " (?:-|%{INT:response_time_ms}) (?:-|%{INT:turnaround_time})"
    ' (?:-|"%{HTTPD_QUOTED:referrer}") (?:-|"%{HTTPD_QUOTED:user_agent}")'
    " %{NOTSPACE:version_id}",
}
_JAVA = {
    "JAVACLASS": r"(?:[A-Za-z_$][0-9A-Za-z_$]*\.)*[A-Za-z_$][0-9A-Za-z_$]*",
    "JAVAMETHOD": "<(?:cl)?init>|[A-Za-z_$][0-9A-Za-z_$]*",
    # Also `Native Method` and `Unknown Source`.
    "JAVAFILE": "[0-9A-Za-z_$.-]+(?: [0-9A-Za-z_$.-]+)*",
    # A loader and module may stand before the class.
    "JAVASTACKTRACEPART": r"\s*at (?:[0-9A-Za-z_.@-]*/)*"
    r"(?<code.function.name>%{JAVACLASS}\.%{JAVAMETHOD})"
    r"\(%{JAVAFILE:code.file.path}(?::%{INT:code.line.number})?\)",
    "JAVALOGMESSAGE": ".*",
    "JULLEVEL": "SEVERE|WARNING|INFO|CONFIG|FINEST|FINER|FINE",
    "CATALINA_DATESTAMP": "%{MONTHDAY}-%{MONTH}-%{YEAR} %{TIME}"
    "|%{MONTH} %{MONTHDAY}, %{YEAR} %{TIME} [AP]M",
    # From Tomcat 8 on.
    "CATALINALOG": r"%{CATALINA_DATESTAMP:timestamp} %{JULLEVEL:level} \[%{DATA:thread}\]"
    r" (?<code.function.name>%{JAVACLASS}\.%{JAVAMETHOD}) %{JAVALOGMESSAGE:message}",
    "CATALINA8_LOG": "%{CATALINALOG}",
    # Before that two lines a record, as java.util.logging has it by default.
    "CATALINA7_LOG": r"%{CATALINA_DATESTAMP:timestamp} (?<code.function.name>%{JAVACLASS}"
    r"[. ]%{JAVAMETHOD})\s+%{JULLEVEL:level}: %{JAVALOGMESSAGE:message}",
    "TOMCAT_DATESTAMP": "%{YEAR}-%{MONTHNUM}-%{MONTHDAY} %{TIME}(?: %{ISO8601_TIMEZONE})?",
    "TOMCATLOG": r"%{TOMCAT_DATESTAMP:timestamp} \| %{LOGLEVEL:level} +\| %{JAVACLASS:logger}"
    " - %{JAVALOGMESSAGE:message}",
}
_OTHERS = {
    "RUBY_LOGLEVEL": "DEBUG|INFO|WARN|ERROR|FATAL|ANY",
    "RUBY_LOGGER": r"[DIWEFA], \[%{TIMESTAMP_ISO8601:timestamp} #%{POSINT:pid}\]"
    r" +%{RUBY_LOGLEVEL:level} -- *%{DATA:progname}: %{GREEDYDATA:message}",
    "MONGO3_SEVERITY": r"[FEWI]|D[1-5]?",
    "MONGO3_COMPONENT": "[A-Z_]+|-",
    "MONGO3_LOG": r"%{TIMESTAMP_ISO8601:timestamp} %{MONGO3_SEVERITY:level}"
    r" +%{MONGO3_COMPONENT:logger} +\[%{DATA:thread}\] %{GREEDYDATA:message}",
    "REDISTIMESTAMP": "%{MONTHDAY} %{MONTH} (?:[0-9]{4} )?%{TIME}",
    # Its marks of levels are no words: . - * #
    "REDISLOG": "%{POSINT:pid}:[A-Z] %{REDISTIMESTAMP:timestamp} [.*#-] %{GREEDYDATA:message}",
    "BIND9_TIMESTAMP": "%{MONTHDAY}-%{MONTH}-%{YEAR} %{TIME}",
    "BIND9": "%{BIND9_TIMESTAMP:timestamp} (?:%{WORD:logger}: )?(?:%{LOGLEVEL:level}: )?"
    r"client (?:@0x[0-9a-f]+ )?%{IP:client_ip}#%{INT:client.port}(?: \([^)]*\))?:"
    " (?:view %{NOTSPACE:view}: )?query: %{NOTSPACE:dns.question.name} %{WORD:dns.question.class}"
    r" %{NOTSPACE:dns.question.type} %{NOTSPACE:dns.flags}(?: \(%{IP:server.address}\))?",
    # `[seconds since 1970] KIND: what else it is about`
    "NAGIOSLOGLINE": r"\[%{INT:timestamp}\] (?:(?<nagios_type>[A-Z][A-Za-z ]*): )?"
    "%{GREEDYDATA:message}",
}

PATTERNS: dict[str, str] = {
    **_TEXT,
    **_NUMBERS,
    **_NAMES,
    **_ADDRESSES,
    **_PATHS,
    **_TIMES,
    **_LEVELS,
    **_SYSLOG,
    **_WEB,
    **_PROXIES,
    **_CLOUD,
    **_JAVA,
    **_OTHERS,
}

_DIGITS = "0-9"
_IN_NUMBERS = "0-9.+-"
NOT_BEFORE = {
    "NUMBER": _IN_NUMBERS,
    "BASE10NUM": _IN_NUMBERS,
    "BASE16NUM": "0-9A-Za-z.+-",
    "BASE16FLOAT": "0-9A-Za-z.+-",
    "IPV6": "0-9A-Fa-f",
    **dict.fromkeys(("IPV4", "IP", "TIME", "DATE", "DATE_US", "DATE_EU", "DATESTAMP"), _DIGITS),
    **dict.fromkeys(("UNIXPATH", "PATH"), "0-9A-Za-z_.~-"),
}
"""The characters, as in a class, after which a pattern does not begin."""
NOT_AFTER = {
    "IPV6": "0-9A-Fa-f:",
    **dict.fromkeys(("IPV4", "IP", "TIME", "DATE", "DATE_US", "DATE_EU", "DATESTAMP"), _DIGITS),
}
"""The same of those before which it does not end."""
