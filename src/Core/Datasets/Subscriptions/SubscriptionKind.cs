namespace Progeny.Core.Datasets.Subscriptions;

/// <summary>From where a subscription takes rows.</summary>
public enum SubscriptionKind
{
    /// <summary>The files of a folder.</summary>
    Folder,

    /// <summary>The objects of an S3 bucket below a prefix.</summary>
    S3,

    /// <summary>The rows of a query of a feed, in the order of a column.</summary>
    Query,
}
