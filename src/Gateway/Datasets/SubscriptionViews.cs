using Progeny.Contracts.Datasets;
using Progeny.Core.Datasets.Subscriptions;

namespace Progeny.Gateway.Datasets;

/// <summary>Subscriptions as the API shows them.</summary>
internal static class SubscriptionViews
{
    public static SubscriptionView ToView(this Subscription subscription, SubscriptionStatus status) => new()
    {
        Dataset = subscription.Dataset,
        Name = subscription.Name,
        Folder = subscription.Kind == SubscriptionKind.Folder ? subscription.Place : null,
        Bucket = subscription.Kind == SubscriptionKind.S3 ? subscription.Place : null,
        Prefix = subscription.Prefix.Length > 0 ? subscription.Prefix : null,
        Feed = subscription.Kind == SubscriptionKind.Query ? subscription.Place : null,
        Query = subscription.Query,
        Watermark = subscription.Watermark,
        Key = subscription.Key.Count > 0 ? subscription.Key : null,
        EverySeconds = subscription.Every.TotalSeconds,
        CreatedAt = subscription.CreatedAt,
        CreatedBy = subscription.CreatedBy,
        LastRunAt = status.LastRunAt,
        IsAsked = status.IsAsked,
        Error = status.Error,
        Objects = status.Objects,
        Rows = status.Rows,
        Offset = status.Offset?.ToString(),
        Late = status.Late,
        Rewritten = status.Rewritten,
        Refused = status.Refused,
        Behind = status.Behind,
        Conflicting = status.Conflicting,
        Problems = status.Problems,
    };
}
