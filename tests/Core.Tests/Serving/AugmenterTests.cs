using System.Collections.Concurrent;
using Progeny.Core.Common;
using Progeny.Core.Experiments;
using Progeny.Core.Feeds;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;
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
        // So long that no test meets it on a busy machine, unless it says so.
        Deadline = TimeSpan.FromMinutes(1),
    };

    private static readonly Manifest Project = ServedManifests.Of(
        MachineLearningTask.Regression, ServedManifests.Number("rating"), ServedManifests.Category("region", nullable: true)) with
        {
            Augment = [Facts],
        };

    private readonly ManualTime time = new();
    private readonly LookupFeed feed = new();

    [Fact]
    public async Task What_is_missing_is_found_and_what_is_there_stays()
    {
        var rows = ServedManifests.Read(
            Project, """{"shop":"a"},{"shop":"b","rating":1},{"shop":"a"},{"shop":"c","rating":2,"region":"mine"}""");
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
        (error.Row, error.Field, error.Message).ShouldBe(
            (1, "rating", "a value is required, and neither augmentation nor a rule gave one"));
    }

    [Fact]
    public async Task Value_that_does_not_fit_is_reported_and_the_default_stands_in()
    {
        var rows = ServedManifests.Read(Project, """{"shop":"odd"}""");
        (await Augment(rows)).ShouldBe(
            "Feed 'shops': augmentation 'facts' found a value for 'rating' that does not fit: the text 'many' is not a number.");
        rows.Get(0, "rating").ShouldBe(3f);
        rows.Get(0, "region").ShouldBe("of odd");
    }

    [Fact]
    public async Task Text_that_is_a_number_is_one_as_it_is_in_training()
    {
        var rows = ServedManifests.Read(Project, """{"shop":"text"}""");
        (await Augment(rows)).ShouldBeNull();
        rows.Get(0, "rating").ShouldBe(2.5f);
    }

    [Fact]
    public async Task Feed_that_fails_is_reported_and_asked_again_next_time()
    {
        feed.Failure = new FeedException("shops", "is on fire");
        var augmenter = Of(Facts);
        var rows = ServedManifests.Read(Project, """{"shop":"a"}""");
        (await augmenter.AugmentAsync(rows, default)).ShouldBe(
            "Feed 'shops' could not answer augmentation 'facts'; the node's log says why.");
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
        var augment = Of(Facts with { Deadline = TimeSpan.FromHours(1) })
            .AugmentAsync(ServedManifests.Read(Project, """{"shop":"a"}"""), gone.Token).AsTask();
        await gone.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(augment);
    }

    [Fact]
    public async Task Queries_that_miss_the_same_key_share_one_request()
    {
        feed.Held = new TaskCompletionSource();
        var augmenter = Of(Facts);
        var all = Enumerable.Range(0, 50)
            .Select(i => ServedManifests.Read(Project, i % 2 == 0 ? """{"shop":"a"}""" : """{"shop":"b"},{"shop":"a"}""")).ToList();
        var asked = all.ConvertAll(rows => augmenter.AugmentAsync(rows, default).AsTask());
        asked.ShouldAllBe(task => !task.IsCompleted);
        feed.Held.SetResult();
        (await Task.WhenAll(asked)).ShouldAllBe(failure => failure == null);
        feed.Asked.Order().ShouldBe(["a", "b"]);
        all.ShouldAllBe(rows => (float?)rows.Get(0, "rating") == 4.5f);
        all.Where(rows => rows.Features.Rows == 2).ShouldAllBe(rows => (string?)rows.Get(1, "region") == "of a");
    }

    [Fact]
    public async Task Failure_is_shared_and_the_next_query_asks_again()
    {
        feed.Held = new TaskCompletionSource();
        var augmenter = Of(Facts);
        var asked = Enumerable.Range(0, 5)
            .Select(_ => augmenter.AugmentAsync(ServedManifests.Read(Project, """{"shop":"a"}"""), default).AsTask()).ToList();
        feed.Held.SetException(new FeedException("shops", "is on fire"));
        (await Task.WhenAll(asked)).ShouldAllBe(
            failure => failure!.StartsWith("Feed 'shops' could not answer augmentation ") && !failure.Contains("fire"));
        feed.Held = null;
        await UntilAsync(async () => await augmenter.AugmentAsync(ServedManifests.Read(Project, """{"shop":"a"}"""), default) is null);
        feed.Asked.ShouldBe(["a", "a"]);
    }

    [Fact]
    public async Task Answer_after_the_deadline_serves_the_next_query()
    {
        feed.Held = new TaskCompletionSource();
        var augmenter = Of(Hasty);
        (await augmenter.AugmentAsync(ServedManifests.Read(Project, """{"shop":"a"}"""), default)).ShouldBe(
            "Feed 'shops' did not answer augmentation 'facts' within 1 ms.");
        feed.Held.SetResult();
        var rows = ServedManifests.Read(Project, """{"shop":"a"}""");
        await UntilAsync(
            async () => await augmenter.AugmentAsync(rows = ServedManifests.Read(Project, """{"shop":"a"}"""), default) is null);
        rows.Get(0, "rating").ShouldBe(4.5f);
        feed.Asked.ShouldBe(["a"]);
    }

    [Fact]
    public async Task What_came_in_time_counts_also_where_another_key_is_late()
    {
        var augmenter = Of(Hasty with { Deadline = TimeSpan.FromMilliseconds(200) });
        feed.Held = new TaskCompletionSource();
        var late = augmenter.AugmentAsync(ServedManifests.Read(Project, """{"shop":"late"}"""), default).AsTask();
        await UntilAsync(() => Task.FromResult(feed.Asked.Count == 1));
        feed.Held = null;
        var rows = ServedManifests.Read(Project, """{"shop":"a"},{"shop":"late"}""");
        (await augmenter.AugmentAsync(rows, default)).ShouldBe("Feed 'shops' did not answer augmentation 'facts' within 200 ms.");
        (rows.Get(0, "rating"), rows.Get(1, "rating")).ShouldBe((4.5f, 3f));
        await late;
    }

    [Fact]
    public async Task Feed_that_hangs_holds_so_many_requests_and_no_more()
    {
        feed.Never = true;
        var augmenter = Of(Hasty);
        var reasons = new List<string?>();
        for (var i = 0; i < 100; i++)
        {
            var rows = ServedManifests.Read(Project, $"{{\"shop\":\"s{i}\"}}");
            reasons.Add(await augmenter.AugmentAsync(rows, default));
            rows.Get(0, "rating").ShouldBe(3f);
        }

        feed.Asked.Count.ShouldBe(32);
        reasons[..32].ShouldAllBe(reason => reason == "Feed 'shops' did not answer augmentation 'facts' within 1 ms.");
        reasons[32..]
            .ShouldAllBe(reason => reason == "Feed 'shops' was not asked for augmentation 'facts': 32 requests wait for it already.");
    }

    [Fact]
    public async Task Feed_that_heeds_its_token_is_given_up_and_asked_again()
    {
        feed.Held = new TaskCompletionSource();
        var augmenter = Of(Hasty);
        await augmenter.AugmentAsync(ServedManifests.Read(Project, """{"shop":"a"}"""), default);
        await UntilAsync(() => Task.FromResult(feed.GivenUp == 1));
        feed.Held = null;
        await UntilAsync(async () => await augmenter.AugmentAsync(ServedManifests.Read(Project, """{"shop":"a"}"""), default) is null);
    }

    [Fact]
    public async Task Float_features_reach_the_feed_as_the_decimals_that_were_meant()
    {
        var byRating = Facts with
        {
            Query = "SELECT region, rating FROM shops WHERE rating = :rating AND size = :size AND id = :shop",
            Features = ["region", "rating"],
        };
        var project = ServedManifests.Of(
            MachineLearningTask.Regression,
            ServedManifests.Number("rating"),
            ServedManifests.Number("size"),
            ServedManifests.Category("region", nullable: true)) with { Augment = [byRating] };
        var sets = new List<IReadOnlyDictionary<string, object?>>();
        feed.OnAsked = sets.AddRange;
        var augmenter = new Augmenter(byRating, project.Features, feed, time);
        await augmenter.AugmentAsync(
            ServedManifests.Read(
                project, """{"shop":0.1,"rating":0.1,"size":16777216},{"shop":"x","rating":-1e-45,"size":3.4028235e38}"""), default);
        sets.Select(set => (set["rating"], set["size"], set["shop"]))
            .ShouldBe([((object?)0.1, 16777216.0, 0.1), (-1e-45, 3.4028235e38, "x")]);
    }

    private static readonly AugmentManifest Hasty = Facts with { Deadline = TimeSpan.FromMilliseconds(1) };

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!await condition())
            await Task.Delay(1, patience.Token);
    }

    private ValueTask<string?> Augment(QueryRows rows, AugmentManifest? facts = null) => Of(facts ?? Facts).AugmentAsync(rows, default);

    private Augmenter Of(AugmentManifest facts) =>
        new(facts, Project.Features, feed, facts.Deadline != Facts.Deadline ? TimeProvider.System : time);

    private sealed class LookupFeed : IFeed
    {
        public string Name => "shops";

        public ConcurrentQueue<object?> Asked { get; } = [];

        public FeedException? Failure { get; set; }

        /// <summary>Never answers, whatever its token says.</summary>
        public bool Never { get; set; }

        /// <summary>Answers when this has ended, or its token is cancelled.</summary>
        public TaskCompletionSource? Held { get; set; }

        public int GivenUp { get; private set; }

        public Action<IReadOnlyList<IReadOnlyDictionary<string, object?>>>? OnAsked { get; set; }

        public Task<IFeedReader> ReadAsync(
            string sql, IReadOnlyDictionary<string, object?> parameters, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public async Task<IReadOnlyList<object?[]?>> LookupAsync(
            string sql,
            IReadOnlyList<string> columns,
            IReadOnlyList<IReadOnlyDictionary<string, object?>> parameters,
            CancellationToken cancellationToken)
        {
            columns.ShouldBe(["region", "rating"]);
            OnAsked?.Invoke(parameters);
            var held = Held;
            foreach (var set in parameters)
                Asked.Enqueue(set["shop"]);
            if (Never)
                await new TaskCompletionSource().Task;
            if (held is not null)
                await HeldAsync(held.Task, cancellationToken);
            return Failure is not null
                ? throw Failure
                : [
                    .. parameters.Select(
                        set => set["shop"] is "none" ? null : new object?[] { $"of {set["shop"]}", set["shop"] switch { "odd" => "many", "text" => "2.5", _ => 4.5 } }),
                ];
        }

        private async Task HeldAsync(Task held, CancellationToken cancellationToken)
        {
            try
            {
                await held.WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                GivenUp++;
                throw;
            }
        }
    }
}
