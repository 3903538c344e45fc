using System.Runtime.ExceptionServices;
using System.Text;
using Progeny.Core.Common;
using Progeny.Core.Feeds;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;
using Progeny.Core.Views;

namespace Progeny.Core.Serving;

/// <summary>Obtains from a feed the features that a query left out: one <c>augment</c> entry of a manifest.</summary>
public sealed class Augmenter
{
    private const string WarmUpKey = "";

    private static readonly TimeSpan WarmUpLimit = TimeSpan.FromSeconds(1);

    private readonly AugmentManifest manifest;
    private readonly TimeProvider time;
    private readonly IReadOnlyList<string> parameters;
    private readonly int[] columns;
    private readonly BoundedCache<object?[]?> cache;
    private readonly FeedRequests requests;
    private readonly bool mustAnswer;

    /// <param name="mustAnswer">Whether a feed that does not answer is a failure; else the manifest's defaults stand in.</param>
    /// <param name="known">Takes when the values of a view that were read became known; null: nobody wants it.</param>
    public Augmenter(
        AugmentManifest manifest,
        IReadOnlyList<Feature> features,
        IFeed feed,
        TimeProvider time,
        bool mustAnswer = false,
        Action<DateTimeOffset>? known = null)
    {
        this.manifest = manifest;
        this.mustAnswer = mustAnswer;
        this.time = time;
        parameters = manifest.Parameters;
        columns = [
            .. manifest.Features.Select(
                name => features.Select((feature, index) => (feature, index)).First(pair => pair.feature.Name == name).index),
        ];
        cache = new BoundedCache<object?[]?>(manifest.CacheSize, manifest.Cache, time);
        FeatureLookup lookup = manifest.View is { } view
            ? new ViewLookup(feed, view, manifest.At, time, known).ReadAsync
            : (sets, token) => feed.LookupAsync(manifest.Query, manifest.Features, sets, token);
        requests = new FeedRequests(manifest, lookup, cache, time);
    }

    /// <summary>
    /// Asks the feed once about nothing, so that its connection is open and its query prepared before the first query, which waits for the
    /// deadline only. Ends after a second at most, whatever the feed does.
    /// </summary>
    public async Task WarmUpAsync()
    {
        var sent = new FeedRequest?[1];
        var nothing = parameters.ToDictionary(name => name, _ => (object?)null, StringComparer.Ordinal);
        requests.Send([WarmUpKey], _ => nothing, sent);
        if (sent[0] is { } request)
            await Task.WhenAny(request.Ended, Task.Delay(WarmUpLimit));
    }

    /// <summary>
    /// Fills in what is missing. A feed that has no row, has a value that does not fit its feature, or does not answer within the
    /// deadline, leaves the manifest's defaults; where there is none either, the value stays missing.
    /// </summary>
    /// <returns>What is wrong with the feed: why it could not be asked, or what it had that does not fit; null where it answered.</returns>
    /// <exception cref="FeedException">The feed must answer, and did not.</exception>
    public async ValueTask<string?> AugmentAsync(QueryRows rows, CancellationToken cancellationToken)
    {
        var wanting = new List<(int Row, string Key)>();
        for (var row = 0; row < rows.Features.Rows; row++)
        {
            if (Array.Exists(columns, column => rows.Features.Columns[column].IsMissing(row)))
                wanting.Add((row, KeyOf(rows, row)));
        }

        if (wanting.Count == 0)
            return null;
        var known = new Dictionary<string, object?[]?>(StringComparer.Ordinal);
        List<int>? asked = null;
        List<string>? keys = null;
        foreach (var (row, key) in wanting)
        {
            if (known.ContainsKey(key))
                continue;
            if (!cache.TryGet(key, out var values))
            {
                (asked ??= []).Add(row);
                (keys ??= []).Add(key);
            }

            known[key] = values;
        }

        var failure = keys is null ? null : await AskAsync(rows, asked!, keys, known, cancellationToken);
        if (mustAnswer && failure is not null)
            throw new FeedException(manifest.Feed, failure);
        foreach (var (row, key) in wanting)
            failure = Fill(rows, row, known[key]) ?? failure;
        return failure;
    }

    private async Task<string?> AskAsync(
        QueryRows rows, List<int> asked, List<string> keys, Dictionary<string, object?[]?> known, CancellationToken cancellationToken)
    {
        var sent = new FeedRequest?[keys.Count];
        requests.Send(keys, i => ParametersOf(rows, asked[i]), sent);
        var ended = sent.OfType<FeedRequest>().Select(request => request.Ended).Distinct().ToArray();
        if (ended.Length > 0)
        {
            // At the deadline the query goes on with what has come; a driver that does not heed its token must not hold it either.
            await Task.WhenAll(ended).WaitAsync(manifest.Deadline, time, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            cancellationToken.ThrowIfCancellationRequested();
        }

        string? failure = null;
        for (var i = 0; i < sent.Length; i++)
        {
            if (sent[i] is { } request && request.TryGet(keys[i], out var values))
                known[keys[i]] = values;
            else
                failure ??= WhyNot(sent[i]);
        }

        return failure;
    }

    private string WhyNot(FeedRequest? request)
    {
        if (request is null)
            return $"Feed '{manifest.Feed}' was not asked for augmentation '{manifest.Name}': {FeedRequests.MaxInFlight} requests wait "
                + "for it already.";
        if (request.Failure is null)
            return $"Feed '{manifest.Feed}' did not answer augmentation '{manifest.Name}' within {manifest.Deadline.TotalMilliseconds} ms.";
        if (request.Failure is ViewException)
            return request.Failure.Message;
        if (request.Failure is not FeedException)
            ExceptionDispatchInfo.Throw(request.Failure);

        // Who asks is no developer of the project: what the database said is in the node's log.
        return $"Feed '{manifest.Feed}' could not answer augmentation '{manifest.Name}'; the node's log says why.";
    }

    private string? Fill(QueryRows rows, int row, object?[]? values)
    {
        string? failure = null;
        if (values is [ViewException contradiction])
        {
            if (mustAnswer)
            {
                // No default stands in; what is wrong is wrong with this row alone.
                rows.Features.Refuse(row, manifest.Features[0], contradiction.Message);
                return null;
            }

            failure = contradiction.Message;
            values = null;
        }

        for (var i = 0; i < columns.Length; i++)
        {
            var column = rows.Features.Columns[columns[i]];
            if (!column.IsMissing(row))
                continue;
            if (column.Augment(row, FeedValue.Of(column.Feature.Type, values?[i])) is { } error)
                failure = $"Feed '{manifest.Feed}': augmentation '{manifest.Name}' found a value for '{column.Feature.Name}' that does "
                    + $"not fit: {error}.";
            if (column.IsMissing(row))
                column.Augment(row, manifest.Default.GetValueOrDefault(column.Feature.Name));
        }

        return failure;
    }

    private Dictionary<string, object?> ParametersOf(QueryRows rows, int row)
    {
        var values = new Dictionary<string, object?>(parameters.Count, StringComparer.Ordinal);
        foreach (var parameter in parameters)
            values[parameter] = rows.Get(row, parameter) is var value && value is float number ? ShortestDouble.Of(number) : value;
        return values;
    }

    private string KeyOf(QueryRows rows, int row)
    {
        var key = new StringBuilder();
        foreach (var parameter in parameters)
        {
            var value = rows.Get(row, parameter);
            // The type is part of the key: 1 and '1' may find different rows. The length keeps neighbours apart.
            var text = value is null ? "" : ValueText.Of(value);
            key.Append(value is null ? 'n' : value is string ? 's' : 'v').Append(text.Length).Append(':').Append(text);
        }

        return key.ToString();
    }
}
