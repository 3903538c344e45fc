namespace Progeny.Core.Datasets.Subscriptions;

/// <summary>The folders and buckets that an operator allowed.</summary>
public interface IObjectSources
{
    /// <summary>The objects that a subscription is to take.</summary>
    /// <exception cref="SubscriptionException">There is no such folder or bucket; the message names those that there are.</exception>
    IObjectSource Open(Subscription subscription);

    /// <summary>Makes a folder for copies of objects, which the caller deletes.</summary>
    string CreateFolder();
}
