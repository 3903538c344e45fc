using Progeny.Storage.QueryLog.Sqlite;
using Progeny.Storage.Tests.Stores;

namespace Progeny.Storage.Tests.Feedback;

public sealed class SqliteKeyedOutcomesTests : KeyedOutcomesTests
{
    private readonly SqliteHome home;

    public SqliteKeyedOutcomesTests()
        : this(new SqliteHome())
    {
    }

    private SqliteKeyedOutcomesTests(SqliteHome home)
        : base(home)
    {
        this.home = home;
    }

    protected override string EmptyData => "x'00'";

    [Fact]
    public async Task Segments_of_an_entity_are_found_by_the_index()
    {
        var sql = Enumerable.Range(1, 6)
            .Aggregate(QueryDatabase.SegmentsOfEntity, (text, i) => text.Replace($"?{i}", "1", StringComparison.Ordinal));
        var plan = (await home.QueryAsync<(long, long, long, string Detail)>("EXPLAIN QUERY PLAN " + sql)).Select(step => step.Detail)
            .ToList();
        plan.Count.ShouldBe(2);
        plan[0].ShouldStartWith("SEARCH e USING PRIMARY KEY (project=? AND hash=? AND first<?)");
        plan[1].ShouldStartWith("SEARCH s USING INTEGER PRIMARY KEY");
    }
}
