using Progeny.Core.Feeds;
using Progeny.Core.Lifecycle;
using Progeny.Core.Serving;

namespace Progeny.Core.Tests.Serving;

public sealed class AugmenterTests
{
    private static readonly AugmentManifest Facts = new()
    {
        Name = "facts",
        Feed = "shops",
        Query = "SELECT rating, region FROM shops WHERE id = :shop",
        Features = ["region", "rating"],
        Default = new Dictionary<string, object?> { ["rating"] = 3.0 },
    };

    private static readonly Manifest Project = ServedManifests.Of(
        MachineLearningTask.Regression, ServedManifests.Number("rating"), ServedManifests.Category("region", nullable: true)) with { Augment = [Facts] };

    private readonly ManualTime time = new();
    private readonly LookupFeed feed = new();

    [Fact]
    public async Task What_is_missing_is_found_and_what_is_there_stays()
    {
        var rows = ServedManifests.Read(Project, """{"shop":"a"},{"shop":"b","rating":1},{"shop":"a"},{"shop":"c","rating":2,"region":"mine"}""");
        (await Augment(rows)).ShouldBeNull();
        rows.Get(0, "rating").ShouldBe(4.5f);
        rows.Get(0, "region").ShouldBe("of a");
        rows.Get(1, "rating").ShouldBe(1f);
        rows.Get(1, "region").ShouldBe("of b");
        rows.Get(3, "region").ShouldBe("mine");
        feed.Asked.ShouldBe(["a", "b"]);
        rows.Features.Columns[0].IsAugmented(0).ShouldBeTrue();
        rows.Features.Columns[0].IsAugmented(1).ShouldBeFalse();
    }

    [Fact]
    public async Task Answers_are_kept_as_long_as_the_manifest_says_also_that_there_is_none()
    {
        var augmenter = Of(Facts);
        await augmenter.AugmentAsync(ServedManifests.Read(Project, """{"shop":"a"},{"shop":"none"},{"shop":1},{"shop":"1"}"""), default);
        await augmenter.AugmentAsync(ServedManifests.Read(Project, """{"shop":"none"},{"shop":"a"}"""), default);
        feed.Asked.ShouldBe(["a", "none", 1L, "1"]);
        time.Advance(Facts.Cache);
        await augmenter.AugmentAsync(ServedManifests.Read(Project, """{"shop":"a"}"""), default);
        feed.Asked.Count.ShouldBe(5);
    }

    [Fact]
    public async Task Without_an_answer_the_defaults_stand_in_and_what_has_none_stays_missing()
    {
        var rows = ServedManifests.Read(Project, """{"shop":"none"}""");
        (await Augment(rows)).ShouldBeNull();
        rows.Get(0, "rating").ShouldBe(3f);
        rows.Get(0, "region").ShouldBeNull();
        rows.Features.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Required_value_without_answer_and_default_is_an_error_of_its_row()
    {
        var rows = ServedManifests.Read(Project, """{"shop":"a"},{"shop":"none"}""");
        (await Augment(rows, Facts with { Default = new Dictionary<string, object?>() })).ShouldBeNull();
        rows.Features.CheckMissing();
        var error = rows.Features.Errors.ShouldHaveSingleItem();
        (error.Row, error.Field, error.Message).ShouldBe((1, "rating", "a value is required, and neither augmentation nor a rule gave one"));
    }

    [Fact]
    public async Task Value_that_does_not_fit_is_reported_and_the_default_stands_in()
    {
        var rows = ServedManifests.Read(Project, """{"shop":"odd"}""");
        (await Augment(rows)).ShouldBe("Feed 'shops': augmentation 'facts' found a value for 'rating' that does not fit: the text 'many' is not a number.");
        rows.Get(0, "rating").ShouldBe(3f);
        rows.Get(0, "region").ShouldBe("of odd");
    }

    [Fact]
    public async Task Feed_that_fails_is_reported_and_asked_again_next_time()
    {
        feed.Failure = new FeedException("shops", "is on fire");
        var augmenter = Of(Facts);
        var rows = ServedManifests.Read(Project, """{"shop":"a"}""");
        (await augmenter.AugmentAsync(rows, default)).ShouldBe("Feed 'shops': is on fire");
        rows.Get(0, "rating").ShouldBe(3f);
        feed.Failure = null;
        rows = ServedManifests.Read(Project, """{"shop":"a"}""");
        (await augmenter.AugmentAsync(rows, default)).ShouldBeNull();
        rows.Get(0, "rating").ShouldBe(4.5f);
    }

    [Fact]
    public async Task Feed_that_heeds_no_token_is_left_behind_at_the_deadline()
    {
        feed.Never = true;
        var rows = ServedManifests.Read(Project, """{"shop":"a"}""");
        var augmenter = new Augmenter(Facts with { Deadline = TimeSpan.FromMilliseconds(1) }, Project.Features, feed, TimeProvider.System);
        (await augmenter.AugmentAsync(rows, default)).ShouldBe("Feed 'shops' did not answer augmentation 'facts' within 1 ms.");
        rows.Get(0, "rating").ShouldBe(3f);
    }

    [Fact]
    public async Task Caller_that_goes_away_ends_the_augmentation()
    {
        feed.Never = true;
        using var gone = new CancellationTokenSource();
        var augment = Of(Facts with { Deadline = TimeSpan.FromHours(1) }).AugmentAsync(ServedManifests.Read(Project, """{"shop":"a"}"""), gone.Token).AsTask();
        await gone.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(augment);
    }

    private ValueTask<string?> Augment(QueryRows rows, AugmentManifest? facts = null) => Of(facts ?? Facts).AugmentAsync(rows, default);

    private Augmenter Of(AugmentManifest facts) => new(facts, Project.Features, feed, facts.Deadline > TimeSpan.FromMinutes(1) ? TimeProvider.System : time);

    private sealed class LookupFeed : IFeed
    {
        public string Name => "shops";

        public List<object?> Asked { get; } = [];

        public FeedException? Failure { get; set; }

        public bool Never { get; set; }

        public Task<IFeedReader> ReadAsync(string sql, IReadOnlyDictionary<string, object?> parameters, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<IReadOnlyList<object?[]?>> LookupAsync(
            string sql, IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyDictionary<string, object?>> parameters, CancellationToken cancellationToken)
        {
            columns.ShouldBe(["region", "rating"]);
            Asked.AddRange(parameters.Select(set => set["shop"]));
            if (Never)
                return new TaskCompletionSource<IReadOnlyList<object?[]?>>().Task;
            return Failure is not null
                ? Task.FromException<IReadOnlyList<object?[]?>>(Failure)
                : Task.FromResult<IReadOnlyList<object?[]?>>([.. parameters.Select(set => set["shop"] is "none" ? null : new object?[] { $"of {set["shop"]}", set["shop"] is "odd" ? "many" : 4.5 })]);
        }
    }
}
