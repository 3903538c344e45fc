using System.Text.RegularExpressions;
using Progeny.Contracts.Datasets;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Datasets.Subscriptions;

namespace Progeny.Gateway.Datasets;

/// <summary>Reads subscriptions that somebody wants to make.</summary>
internal static partial class SubscriptionChecks
{
    private const int MatchMilliseconds = 100;
    private const int MaxQueryLength = 100_000;
    private const double StandardSeconds = 30;
    private const double MaxSeconds = 86_400;

    /// <returns>The subscription; or what is wrong with the request.</returns>
    public static (Subscription? Subscription, string? Problem) Read(
        string dataset, SubscriptionRequest request, string by, DateTimeOffset now)
    {
        if (request.Name is not { } name || !Name().IsMatch(name))
            return (null, "'name' must be a small letter, then small letters, digits, '-' and '_', 63 at most.");
        if (new[] { request.Folder, request.Bucket, request.Feed }.Count(place => place is not null) != 1)
            return (null, "One of 'folder', 'bucket' and 'feed' must be given: from where rows are taken.");
        var every = request.EverySeconds ?? StandardSeconds;
        if (!(every is >= 1 and <= MaxSeconds))
            return (null, $"'every_seconds' is {every}; 1 to {MaxSeconds} is allowed.");
        if (request.Feed is null && (request.Query ?? request.Watermark) is not null)
            return (null, "'query' and 'watermark' belong to a 'feed'.");
        if (request.Feed is not null && request.Prefix is not null)
            return (null, "'prefix' belongs to a 'folder' or a 'bucket'.");
        if (request.Feed is not null && (string.IsNullOrWhiteSpace(request.Query) || string.IsNullOrWhiteSpace(request.Watermark)))
            return (null, "A 'feed' needs a 'query', one SELECT, and the 'watermark', the column that orders its rows.");
        if (request.Feed is null && request.Key is { Count: > 0 })
            return (null, "'key' belongs to a 'feed'.");
        if (request.Query is { Length: > MaxQueryLength })
            return (null, $"'query' has {request.Query.Length} characters; {MaxQueryLength} are allowed.");
        return (
            new Subscription
            {
                Dataset = dataset,
                Name = name,
                Kind = request.Folder is not null ? SubscriptionKind.Folder
                    : request.Bucket is not null ? SubscriptionKind.S3 : SubscriptionKind.Query,
                Place = (request.Folder ?? request.Bucket ?? request.Feed)!,
                Prefix = request.Prefix ?? "",
                Query = request.Query,
                Watermark = request.Watermark,
                Key = request.Key ?? [],
                Every = TimeSpan.FromSeconds(every),
                CreatedAt = now,
                CreatedBy = by,
            },
            null);
    }

    [GeneratedRegex("^" + DatasetInfo.NamePattern + @"\z", RegexOptions.CultureInvariant, MatchMilliseconds)]
    private static partial Regex Name();
}
