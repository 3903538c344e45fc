using System.Diagnostics;
using System.Text.Json;
using Progeny.Abstractions.Serving;
using Progeny.Core.Expressions;
using Progeny.Core.Rules;
using Progeny.Storage.Expressions;

namespace Progeny.Storage.Tests.Rules;

/// <summary>Expressions that are meant to harm: those that could are refused when they are released, the others end in time.</summary>
public sealed class HostileExpressionTests
{
    internal const string Loop = "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c LIMIT 100000)";

    private static readonly string Long = new('a', SqliteLimit);
    private static readonly string NearlyLong = new string('a', SqliteLimit / 2) + "b";

    private static readonly string Numbers = $"[{string.Join(",", Enumerable.Repeat("1", SqliteLimit / 2))[..^4]}]";

    private const int SqliteLimit = 65_000;

    [Theory]
    [InlineData(
        "fts3_tokenizer('simple', :ptr) IS NOT NULL",
        "not authorized to use function: fts3_tokenizer; docs/rules.md lists the functions (at character 1 of:")]
    [InlineData("hex(fts3_tokenizer(:n)) > ''", "fts3_tokenizer")]
    [InlineData("(SELECT count(*) FROM fts3tokenize) > 100", "no such table: fts3tokenize")]
    [InlineData("(SELECT count(*) FROM fts5vocab) > 100", "no such table: fts5vocab")]
    [InlineData("(SELECT count(*) FROM pragma_module_list) > 1", "it may not read pragma_module_list")]
    [InlineData("(SELECT count(*) FROM sqlite_schema) > 1", "it may not read sqlite_schema")]
    [InlineData("(SELECT count(*) FROM sqlite_temp_master) > 1", "it may not read sqlite_temp_master")]
    [InlineData("(SELECT count(*) FROM sqlite_dbpage) > 1", "no such table: sqlite_dbpage")]
    [InlineData("(SELECT count(*) FROM dbstat) > 1", "no such table: dbstat")]
    [InlineData("(SELECT count(*) FROM bytecode('SELECT 1')) > 1", "no such table: bytecode")]
    [InlineData("sqlite_compileoption_get(1) > ''", "not authorized to use function: sqlite_compileoption_get")]
    [InlineData("sqlite_log(1, 'x') IS NULL", "not authorized to use function: sqlite_log")]
    [InlineData("sqlite_version() > ''", "not authorized to use function: sqlite_version")]
    [InlineData("rtreecheck('x') > ''", "not authorized to use function: rtreecheck")]
    [InlineData("rtreedepth(:b) > 1", "not authorized to use function: rtreedepth")]
    [InlineData("geopoly_area(:b) > 1", "not authorized to use function: geopoly_area")]
    [InlineData("geopoly_debug(1) > 1", "not authorized to use function: geopoly_debug")]
    [InlineData("fts5(:b) IS NULL", "not authorized to use function: fts5")]
    [InlineData("fts5_source_id() > ''", "not authorized to use function: fts5_source_id")]
    [InlineData("matchinfo(:b) > 1", "matchinfo")]
    [InlineData("snippet(:b) > 1", "snippet")]
    [InlineData("genre MATCH 'x'", "MATCH")]
    [InlineData("genre REGEXP 'x'", "no such function: REGEXP")]
    [InlineData("randomblob(8) > ''", "not authorized to use function: randomblob")]
    [InlineData("length(zeroblob(100)) > 1", "not authorized to use function: zeroblob")]
    [InlineData("json_patch(:a, :b) > ''", "not authorized to use function: json_patch")]
    [InlineData("json_pretty(:a, :b) > ''", "not authorized to use function: json_pretty")]
    [InlineData("unhex(:a, :b) > ''", "not authorized to use function: unhex")]
    [InlineData("last_insert_rowid() > 1", "not authorized to use function: last_insert_rowid")]
    [InlineData("readfile('/etc/passwd') > ''", "no such function: readfile")]
    [InlineData("lenght(genre) > 1", "no such function: lenght; did you mean 'length'? (at character 1 of:")]
    [InlineData("ratings > 1 OR roundd(hour) = 2", "no such function: roundd; did you mean 'round'? (at character 16 of:")]
    public void Expression_that_does_more_than_compute_is_refused(string when, string message) =>
        Check(when)!.Message.ShouldContain(message);

    [Theory]
    [InlineData("genre LIKE 'a!%%' ESCAPE '!' OR genre GLOB 'a[b-d]*'")]
    [InlineData("json_extract(:j, '$.a') = 1 OR :j ->> 'b' = 2 OR :j -> 'c' IS NULL")]
    [InlineData("(SELECT sum(value) FROM json_each(:j)) > 1 OR (SELECT count(*) FROM json_tree(:j)) > 1")]
    [InlineData("printf('%.2f', hour) = '1.00' OR format('%d', ratings) = '1'")]
    [InlineData("strftime('%H', 'now') > '1' OR CURRENT_TIMESTAMP > '2026'")]
    [InlineData("(SELECT max(n) OVER () FROM (SELECT row_number() OVER (ORDER BY ratings) AS n)) = 1")]
    [InlineData("(SELECT group_concat(x, ',') FROM (SELECT 1 AS x UNION SELECT 2)) = '1,2'")]
    [InlineData("(WITH fts3 AS (SELECT 1 AS a) SELECT count(*) FROM fts3) = 1")]
    [InlineData("ifnull(coalesce(genre, 'x'), 'y') = trim(' a ') AND iif(hour, 1, 0) AND max(1, 2) = 2 AND pow(2, 3) = 8")]
    public void Expression_that_computes_is_allowed(string when) => Check(when).ShouldBeNull();

    [Fact]
    public void Constants_in_hundreds_are_allowed_and_calls_in_hundreds_are_not()
    {
        Check($"ratings IN ({string.Join(", ", Enumerable.Range(0, 1_000))})").ShouldBeNull();
        Check(string.Join(" OR ", Enumerable.Range(0, 50).Select(i => $"instr(genre, 'x{i}')"))).ShouldBeNull();
        Check(string.Join(" OR ", Enumerable.Range(0, 450).Select(i => $"upper(genre) = 'x{i}'")))
            .ShouldNotBeNull().Message.ShouldContain("it calls too many functions");
        Check($"ratings IN ({string.Join(", ", Enumerable.Range(0, 10_000))})").ShouldNotBeNull().Message.ShouldContain("it is too long");
        Check($"json_extract(:j{string.Concat(Enumerable.Repeat(", '$.a'", 40))}) > 1")
            .ShouldNotBeNull().Message.ShouldContain("too many arguments");
        Check($"ratings > 1 /* {Long}{Long} */ OR 1").ShouldNotBeNull().Message.ShouldContain("at most 65536 are allowed");
    }

    [Fact]
    public void Call_that_flattening_repeats_counts_as_often_as_it_runs()
    {
        var sql = "SELECT upper(genre) AS x FROM query";
        for (var i = 0; i < 9; i++)
            sql = $"SELECT x || x AS x FROM ({sql})";
        Check($"({sql}) > ''").ShouldNotBeNull().Message.ShouldContain("too");
    }

    [Fact]
    public void Value_of_more_than_64_KiB_is_refused_with_a_reason()
    {
        Evaluate("length(printf('%900000d', 1)) > 1").ShouldContain("more than 65536 bytes");
        Evaluate("replace(:t, 'a', 'aa') > 1", Long).ShouldContain("more than 65536 bytes");
        Evaluate("length(:t) > 1", Long + Long).ShouldContain("a field is longer than 65536 bytes");
    }

    public static TheoryData<string, string, string> Slow() => new()
    {
        { $"({Loop} SELECT sum(instr(:t, :u || i)) FROM c) > 0", Long, NearlyLong },
        { $"({Loop} SELECT count(replace(:t, :u || i, '')) FROM c) > 0", Long, NearlyLong },
        { $"({Loop} SELECT count(trim(:t, :u || i)) FROM c) > 0", new string('b', SqliteLimit), NearlyLong },
        { $"({Loop} SELECT sum(:t LIKE :u || i) FROM c) > 0", Long, "%" + new string('a', 900) + "b" },
        { $"({Loop} SELECT sum(:t GLOB :u || i) FROM c) > 0", Long, "*" + string.Concat(Enumerable.Repeat("[a-z]", 190)) + "b" },
        { $"({Loop} SELECT sum(length(printf('%60000d', i))) FROM c) > 0", "", "" },
        { $"({Loop} SELECT count(json(:t || i || ']')) FROM c) > 0", Numbers[..^1] + ",", "" },
        { $"({Loop} SELECT max(t) FROM (SELECT :t || i AS t FROM c ORDER BY t DESC LIMIT -1 OFFSET 3)) > 0", Long, "" },
        { "(SELECT count(*) FROM json_each(:u) a, json_each(:t || a.value || ']') b) > 0", Numbers[..^1] + ",", Numbers },
    };

    [Fact]
    public void Calls_without_a_loop_between_them_end_in_time()
    {
        var paths = string.Concat(Enumerable.Repeat(", '$[31000]'", 31));
        using var set = new SqliteExpressionEngine().Compile(
            [
                new Expression(
                    string.Join(" || ", Enumerable.Range(0, 12).Select(i => $"json_extract(t || {i} || ']'{paths})")),
                    [new ExpressionTable("query", ["t"])]),
            ]);
        using var session = set.Rent();
        var watch = Stopwatch.StartNew();

        session.Evaluate(0, new Row(Numbers[..^1] + ","));

        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(5)); // 0.3 s on a machine with nothing else to do
    }

    [Theory]
    [MemberData(nameof(Slow))]
    public void Expression_that_takes_long_ends_in_time(string when, string t, string u)
    {
        var watch = Stopwatch.StartNew();

        var error = Evaluate(when, t, u);

        error.ShouldContain(" took more than ");
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(5)); // 0.25 s on a machine with nothing else to do
    }

    [Fact]
    public void Rows_of_a_request_share_one_time()
    {
        var manifest = Rulebook.OfMovies(
            "rules: [{name: slow, at: before, when: \"(WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c LIMIT 1000) SELECT "
                + "count(upper(:t || i)) FROM c) > 1000\", then: {refuse: no}}]");
        var row = $"{{\"ratings\": 1, \"t\": \"{Long}\"}}";
        var watch = Stopwatch.StartNew();

        var (_, answer) = Rulebook.Run(manifest, Rulebook.Rows(manifest, $"[{string.Join(",", Enumerable.Repeat(row, 100))}]"), 1, 0, 0);

        answer.Error!.Kind.ShouldBe(ServingErrorKind.RuleFailed);
        answer.Error.Message.ShouldContain("took more than 250 ms");
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Rules_that_took_long_leave_the_thread_of_the_next_request()
    {
        var manifest = Rulebook.OfMovies(
            $"rules: [{{name: slow, at: before, when: \"iif(:on, ({Loop} SELECT sum(length(printf('%60000d', i))) FROM c) > 0, 0)\", "
                + "then: {refuse: no}}]");
        using var rules = Rulebook.Compiler.Compile(manifest)!;
        RuledRows Begin(string on) => rules.Begin(Rulebook.Rows(manifest, $"[{{\"ratings\": 1, \"on\": {on}}}]"));

        Begin("false").BeforeAsync(default).IsCompleted.ShouldBeTrue();
        (await Begin("true").BeforeAsync(default))!.Message.ShouldContain("took more than 250 ms");
        var slow = Begin("true").BeforeAsync(default).AsTask();

        // Each takes 250 ms: what comes behind them is abandoned long before its turn, however slow this machine is.
        var more = Enumerable.Range(0, 6).Select(_ => Begin("true").BeforeAsync(default).AsTask()).ToArray();
        var behind = Begin("false").BeforeAsync(default).AsTask();
        using var left = new CancellationTokenSource();
        var abandoned = Begin("false").BeforeAsync(left.Token).AsTask();
        slow.IsCompleted.ShouldBeFalse();
        await left.CancelAsync();

        (await abandoned)!.Kind.ShouldBe(ServingErrorKind.DeadlineExceeded);
        (await slow)!.Kind.ShouldBe(ServingErrorKind.RuleFailed);
        (await Task.WhenAll(more)).ShouldAllBe(error => error!.Kind == ServingErrorKind.RuleFailed);
        (await behind).ShouldBeNull();
    }

    [Fact]
    public void Condition_that_took_long_is_not_computed_again_at_once()
    {
        using var set = Rulebook.Conditions.Compile(Rulebook.OfMovies(
            $"gates: [{{name: one, before: champion, when: \"({Loop} SELECT sum(length(printf('%60000d', i))) FROM c) > loss\"}}]"));
        var figures = new Dictionary<string, double?> { ["loss"] = 1 };
        var watch = Stopwatch.StartNew();
        var first = set.Gate(0, figures, null);
        var computed = watch.Elapsed;
        watch.Restart();

        var second = set.Gate(0, figures, null);

        watch.Elapsed.ShouldBeLessThan(computed);
        first.Message.ShouldContain("failed: it took more than 250 ms");
        second.Message.ShouldBe(first.Message);
    }

    private static ExpressionError? Check(string when)
    {
        var manifest = Rulebook.OfMovies(
            $"rules: [{{name: one, at: before, when: {JsonSerializer.Serialize(when)}, then: {{refuse: no}} }}]");
        return Rulebook.Releases.Check(manifest) is [var error] ? new ExpressionError(error.Message, null) : null;
    }

    /// <summary>Why an expression over <c>t</c> and <c>u</c> fails.</summary>
    private static string Evaluate(string sql, string t = "", string u = "")
    {
        using var set = new SqliteExpressionEngine().Compile([new Expression(sql, [new ExpressionTable("query", ["t", "u"])])]);
        using var session = set.Rent();
        return Should.Throw<ExpressionException>(() => session.Evaluate(0, new Row(t, u))).Message;
    }

    private sealed class Row(params string[] values) : IExpressionRow
    {
        public SqlValue Get(int column) => SqlValue.From(values[column]);
    }
}
