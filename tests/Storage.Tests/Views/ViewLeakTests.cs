using Progeny.Core.Common;
using Progeny.Core.Manifests;
using Progeny.Core.Releases;
using Progeny.Core.Training;
using Progeny.Core.Views;
using Progeny.Storage.Tests.Serving;

namespace Progeny.Storage.Tests.Views;

/// <summary>What a training must not see, and what is refused since nothing tells which value counts.</summary>
public sealed class ViewLeakTests : IAsyncLifetime
{
    private static readonly (string, string)[] History =
        [("customer", "text"), ("known", "text"), ("amount", "double precision"), ("tier", "text"), ("happened", "text")];

    private static readonly (string, string)[] Orders = [("id", "bigint"), ("customer", "text"), ("at", "text"), ("y", "bigint")];

    private readonly TemporaryFolder folder = new();
    private ViewTables tables = null!;
    private ViewProjects projects = null!;

    public Task InitializeAsync()
    {
        tables = new ViewTables.Sqlite(folder);
        projects = new ViewProjects(tables.Feed);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await tables.DisposeAsync();
        folder.Dispose();
    }

    [Theory]
    [InlineData("2025-10-26T00:59:59.9999999Z", true)]
    [InlineData("2025-10-26T01:00:00Z", false)]
    [InlineData("2025-10-26T01:00:00.0000001Z", false)]
    // The clock goes back: the same time of day is before the row in summer, and is the row's in winter.
    [InlineData("2025-10-26T02:00:00+02:00", true)]
    [InlineData("2025-10-26T02:00:00+01:00", false)]
    [InlineData("2025-10-26T01:30:00+01:00", true)]
    [InlineData("2025-10-26T00:30:00-01:00", false)]
    // Without a zone a time is UTC, and a day is its first moment.
    [InlineData("2025-10-26 00:59", true)]
    [InlineData("2025-10-26 01:00", false)]
    [InlineData("2025-10-26", true)]
    [InlineData("2025-10-27", false)]
    public async Task Value_is_seen_only_if_it_was_known_before_the_row(string known, bool isSeen)
    {
        await tables.PutAsync("history", History, [["a", known, 1.0, "t", null]]);
        await tables.PutAsync("orders", Orders, [[1, "a", "2025-10-26T02:00:00+01:00", 0]]);
        (await TrainAsync()).ShouldBe([(1, isSeen ? 1.0 : null, isSeen ? "t" : null)]);
    }

    [Fact]
    public async Task History_out_of_order_and_corrected_later_is_what_was_known_at_each_row()
    {
        await tables.PutAsync(
            "history",
            History,
            [
                ["a", "2026-01-03", 30.0, "late", "2026-01-01"],
                ["a", "2026-01-01T12:00", 10.0, "first", "2026-01-01"],
                ["a", "2026-01-02", 20.0, "second", "2026-01-02"],
                ["a", "2026-01-05", 21.0, "corrected", "2026-01-02"],
                ["a", "2026-01-04", 99.0, "of tomorrow", "2026-01-07"],
                ["a", "2026-01-06", null, null, "2026-01-03"],
            ]);
        await tables.PutAsync(
            "orders",
            Orders,
            [.. new[] { "01T12:00", "01T13:00", "02T01:00", "03T01:00", "05T01:00", "06T01:00", "07T01:00" }
                .Select((day, i) => new object?[] { i, "a", "2026-01-" + day, 0 })]);

        // By when they are known alone: the last one known counts, whatever it is about.
        (await TrainAsync()).Select(row => row.Amount).ShouldBe([null, 10.0, 20.0, 30.0, 21.0, null, null]);
        // By events: what is late about an older one changes nothing, a correction does, and what is to come is not yet.
        (await TrainAsync("happened")).Select(row => row.Amount).ShouldBe([null, 10.0, 20.0, 20.0, 21.0, null, 99.0]);
    }

    [Fact]
    public async Task Two_values_of_a_moment_are_refused_where_a_row_meets_them_and_only_there()
    {
        await tables.PutAsync(
            "history",
            History,
            [
                ["a", "2026-01-01", 1.0, "x", "2026-01-01"], ["a", "2026-01-01T01:00+01:00", 2.0, "x", "2025-12-31"],
                ["a", "2026-01-05", 3.0, "x", "2026-01-01"], ["b", "2026-01-01", 4.0, "x", null], ["b", "2026-01-01", 4.0, "x", null],
            ]);
        await tables.PutAsync("orders", Orders, [[1, "b", "2026-01-02", 0], [2, "a", "2026-01-06", 0]]);
        (await TrainAsync()).ShouldBe([(1, 4.0, "x"), (2, 3.0, "x")]);
        await tables.PutAsync("early", Orders, [[1, "b", "2026-01-02", 0], [2, "a", "2026-01-03", 0]]);
        var failure = await Should.ThrowAsync<TrainingFailedException>(() => TrainAsync(orders: "early"));
        failure.Stage.ShouldBe(TrainingStage.Source);
        failure.Message.ShouldBe(
            "View 'facts' (feed 'sqlite'): there are two values for customer 'a' known at 2026-01-01T00:00:00Z, and nothing tells which "
            + "counts; leave one of them out in the view's query, or tell them apart by event_at.");

        var view = projects.View("SELECT * FROM history");
        var served = await projects.ServeAsync(view, DateTimeOffset.Parse("2026-01-03Z", null), ("a", null), ("b", null), ("c", null));
        served[0]!.ShouldHaveSingleItem().ShouldBeOfType<ViewException>().Message.ShouldBe(failure.Message);
        served[1].ShouldBe([4.0, "x"]);
        served[2].ShouldBeNull();
        var told = projects.View("SELECT * FROM history WHERE customer = 'a'", "happened");
        (await projects.ServeAsync(told, DateTimeOffset.Parse("2026-01-03Z", null), ("a", null)))[0].ShouldBe([1.0, "x"]);
    }

    [Fact]
    public async Task Null_is_a_value_and_keys_that_are_missing_have_none()
    {
        await tables.PutAsync(
            "history",
            History,
            [
                ["a", "2026-01-01", 1.0, "x", null], ["a", "2026-01-02", null, "y", null], [null, "2026-01-01", 5.0, "z", null],
                ["", "2026-01-01", 6.0, "z", null],
            ]);
        await tables.PutAsync(
            "orders", Orders, [[1, "a", "2026-01-03", 0], [2, null, "2026-01-03", 0], [3, "", "2026-01-03", 0], [4, "b", "2026-01-03", 0]]);
        (await TrainAsync()).ShouldBe([(1, null, "y"), (2, null, null), (3, null, null), (4, null, null)]);
        (await projects.ServeAsync(projects.View("SELECT * FROM history"), ViewProjects.Now, ("a", null)))[0].ShouldBe([null, "y"]);
    }

    [Fact]
    public async Task Value_past_its_age_is_missing_at_the_row_and_for_serving()
    {
        await tables.PutAsync("history", History, [["a", "2026-01-01T00:00", 1.0, "x", null]]);
        await tables.PutAsync("orders", Orders, [[1, "a", "2026-01-03T00:00", 0], [2, "a", "2026-01-03T00:00:00.0000001", 0]]);
        var view = projects.View("SELECT * FROM history", maxAge: TimeSpan.FromDays(2));
        (await projects.TrainAsync("SELECT * FROM orders", view)).ShouldBe([(1, 1.0, "x"), (2, null, null)]);
        var edge = new DateTimeOffset(2026, 1, 3, 0, 0, 0, TimeSpan.Zero);
        (await projects.ServeAsync(view, edge, ("a", null)))[0].ShouldBe([1.0, "x"]);
        (await projects.ServeAsync(view, edge.AddSeconds(1), ("a", null)))[0].ShouldBeNull();
    }

    [Fact]
    public async Task Age_of_the_newest_value_is_noted_by_training_and_by_serving()
    {
        await tables.PutAsync(
            "history", History, [["a", "2026-06-01T11:00", 1.0, "x", null], ["a", "2026-06-01T11:30", 2.0, "x", null],
                ["a", "2027-01-01", 3.0, "to come", null]]);
        await tables.PutAsync("orders", Orders, [[1, "a", "2026-05-01", 0]]);
        var view = projects.View("SELECT * FROM history");
        var ages = new ViewAges(new FixedTime(ViewProjects.Now));
        await projects.TrainAsync("SELECT * FROM orders", view, ages);
        ages.All.ShouldBe([("orders", "facts", TimeSpan.FromMinutes(30))]);

        DateTimeOffset? known = null;
        await new ViewLookup(tables.Feed, view, null, new FixedTime(ViewProjects.Now), time => known = time).ReadAsync(
            [new Dictionary<string, object?> { ["customer"] = "a" }], default);
        known.ShouldBe(ViewProjects.Now.AddMinutes(-30));
        ages.Remove("orders");
        ages.All.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(
        "SELECT customer, 5 AS known, amount, tier FROM history",
        "known_at 'known' has whole numbers such as 5, and source.ordinal 'at' times")]
    [InlineData(
        "SELECT customer, 5.5 AS known, amount, tier FROM history", "known_at 'known' has 5.5; a whole number, or a time in ISO 8601")]
    [InlineData(
        "SELECT customer, '1/2/2026' AS known, amount, tier FROM history", "known_at 'known' has 1/2/2026; a whole number, or a time")]
    [InlineData("SELECT customer, known, tier FROM history", "its query yields no 'amount'; its columns are customer, known, tier.")]
    [InlineData(
        "SELECT customer, known, amount, tier FROM history UNION ALL SELECT 'b', NULL, 1, 'x'",
        "rows without a place in the order of 'known' (known_at of view 'facts'): row 2: null.")]
    public async Task View_that_cannot_be_joined_is_refused(string query, string message)
    {
        await tables.PutAsync("history", History, [["a", "2026-01-01", 1.0, "x", null]]);
        await tables.PutAsync("orders", Orders, [[1, "a", "2026-01-03", 0]]);
        var failure = await Should.ThrowAsync<TrainingFailedException>(
            () => projects.TrainAsync("SELECT * FROM orders", projects.View(query)));
        failure.Message.ShouldContain(message);
    }

    [Theory]
    [InlineData(
        "SELECT id, at, y FROM orders", "source.query yields no column 'customer', which is a key of the view; its columns are id, at, y.")]
    [InlineData("SELECT *, 1 AS amount FROM orders", "source.query yields 'amount' itself, which the view is to join")]
    [InlineData(
        "SELECT id, customer, 3 AS at, y FROM orders",
        "known_at 'known' has times such as 2026-01-01T00:00:00Z, and source.ordinal 'at' whole numbers")]
    [InlineData("SELECT id, customer, 3.5 AS at, y FROM orders", "row 1 of the source has 3.5 in its ordinal 'at'")]
    public async Task Source_that_does_not_fit_the_view_is_refused(string query, string message)
    {
        await tables.PutAsync("history", History, [["a", "2026-01-01", 1.0, "x", null]]);
        await tables.PutAsync("orders", Orders, [[1, "a", "2026-01-03", 0]]);
        var failure = await Should.ThrowAsync<TrainingFailedException>(
            () => projects.TrainAsync(query, projects.View("SELECT * FROM history")));
        failure.Message.ShouldContain(message);
    }

    [Fact]
    public async Task Memory_of_a_view_is_bounded()
    {
        await tables.PutAsync(
            "history", History, Enumerable.Range(0, 100).Select(i => new object?[] { $"c{i}", "2026-01-01", 1.0, "x", null }));
        await tables.PutAsync("orders", Orders, [[1, "a", "2026-01-03", 0]]);
        var failure = await Should.ThrowAsync<TrainingFailedException>(() => projects.TrainAsync(
            "SELECT * FROM orders", projects.View("SELECT * FROM history"), options: new TrainerOptions { MaxViewBytes = 10_000 }));
        failure.Message.ShouldContain("more than 10000 bytes of memory (the node's Trainer:MaxViewBytes)");
    }

    [Fact]
    public async Task Release_is_refused_where_its_view_and_its_ordinal_are_of_two_kinds()
    {
        await tables.PutAsync("history", History, [["a", "2026-01-01", 1.0, "x", null]]);
        await tables.PutAsync("orders", Orders, [[1, "a", "2026-01-03", 0]]);
        (await CheckAsync("SELECT * FROM orders")).ShouldBeEmpty();
        (await CheckAsync("SELECT * FROM nowhere")).ShouldBeEmpty("what the feed does not answer is checked when it is read");
        var error = (await CheckAsync("SELECT id, customer, 3 AS at, y FROM orders")).ShouldHaveSingleItem();
        error.Path.ShouldBe("views[0]");
        error.Message.ShouldContain(
            "source.ordinal 'at' has whole numbers such as 3, and known_at 'known' times such as 2026-01-01T00:00:00Z, which are in no "
            + "order together; both must be times, or both whole numbers.");
        (await CheckAsync("SELECT id, customer, 'soon' AS at, y FROM orders")).ShouldHaveSingleItem().Path.ShouldBe("source.ordinal");

        Task<IReadOnlyList<ManifestError>> CheckAsync(string query) => new ViewProbe(projects).CheckAsync(ViewProjects.Project with
        {
            Views = [projects.View("SELECT * FROM history")],
            Source = new() { Feed = "sqlite", Query = query, Ordinal = "at", AsOf = ["facts"] },
        });
    }

    private Task<IReadOnlyList<(long Id, object? Amount, object? Tier)>> TrainAsync(string? eventAt = null, string orders = "orders") =>
        projects.TrainAsync($"SELECT * FROM {orders}", projects.View("SELECT * FROM history", eventAt));
}
