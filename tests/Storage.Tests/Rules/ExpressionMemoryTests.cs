using Progeny.Core.Expressions;
using Progeny.Storage.Expressions;
using SQLitePCL;

namespace Progeny.Storage.Tests.Rules;

/// <summary>
/// Expressions that want all memory. Values have 64 KiB and an expression 250 ms, so that one holds some 120 MB at its end, more or less
/// with the speed of the machine.
/// </summary>
public sealed class ExpressionMemoryTests
{
    private const long MaxBytes = 512L << 20;

    [Theory]
    [InlineData(
        "(WITH RECURSIVE c(i, t) AS (SELECT 1, printf('%60000d', 1) UNION ALL SELECT i + 1, t || '' FROM c LIMIT 60000) SELECT count(*) "
            + "FROM (SELECT t FROM c ORDER BY t DESC)) > 0")]
    [InlineData(
        "(WITH RECURSIVE c(i, t) AS (SELECT 1, printf('%60000d', 1) UNION SELECT i + 1, t || '' FROM c LIMIT 60000) SELECT count(*) FROM "
            + "c) > 0")]
    [InlineData(
        "(WITH RECURSIVE c(i, t) AS (SELECT 1, printf('%60000d', 1) UNION ALL SELECT i + 1, printf('%60000d', i) FROM c LIMIT 60000) "
            + "SELECT count(DISTINCT t) FROM c) > 0")]
    [InlineData(
        "(WITH RECURSIVE c(i, t) AS (SELECT 1, printf('%60000d', 1) UNION ALL SELECT i + 1, t FROM c LIMIT 60000) SELECT "
            + "length(group_concat(t)) FROM c) > 0")]
    [InlineData(
        "(WITH RECURSIVE c(i, t) AS (SELECT 1, printf('%60000d', 1) UNION ALL SELECT i + 1, t FROM c LIMIT 60000) SELECT "
            + "length(json_group_array(t)) FROM c) > 0")]
    [InlineData(
        "(WITH RECURSIVE c(i, t) AS (SELECT 1, printf('%60000d', 1) UNION ALL SELECT i + 1, t FROM c LIMIT 60000) SELECT sum(n) FROM "
            + "(SELECT length(first_value(t) OVER (ORDER BY i ROWS BETWEEN 50000 PRECEDING AND CURRENT ROW)) AS n FROM c)) > 0")]
    [InlineData(
        "(WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c), d(t) AS MATERIALIZED (SELECT printf('%60000d', i) FROM c LIMIT "
            + "60000) SELECT count(*) FROM d AS a, d AS b) > 0")]
    public void Memory_of_an_expression_is_bounded(string sql)
    {
        Batteries_V2.Init();
        var before = raw.sqlite3_memory_used();
        raw.sqlite3_memory_highwater(1);
        using var set = new SqliteExpressionEngine().Compile([new Expression(sql, [])]);
        using var session = set.Rent();
        try
        {
            session.Evaluate(0, new NoRow());
        }
        catch (ExpressionException)
        {
            // Most of them take too long, too.
        }

        (raw.sqlite3_memory_highwater(0) - before).ShouldBeLessThan(MaxBytes);
    }

    private sealed class NoRow : IExpressionRow
    {
        public SqlValue Get(int column) => throw new InvalidOperationException("The expression reads no column.");
    }
}
