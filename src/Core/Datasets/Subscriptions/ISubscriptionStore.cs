namespace Progeny.Core.Datasets.Subscriptions;

/// <summary>
/// The subscriptions of all datasets, how far they are, and the objects that they saw. All calls are durable when they return.
/// </summary>
public interface ISubscriptionStore
{
    /// <summary>The subscriptions of a dataset, by name; null: of all datasets.</summary>
    Task<IReadOnlyList<(Subscription Subscription, SubscriptionStatus Status)>> ListAsync(
        string? dataset, CancellationToken cancellationToken);

    /// <summary>Adds a subscription.</summary>
    /// <returns>False: there is one of the name.</returns>
    Task<bool> AddAsync(Subscription subscription, CancellationToken cancellationToken);

    /// <summary>Removes a subscription, and what it knows of objects; the rows that it took stay.</summary>
    /// <returns>False: there is none of the name.</returns>
    Task<bool> RemoveAsync(string dataset, string name, CancellationToken cancellationToken);

    /// <summary>Changes how far a subscription is.</summary>
    /// <returns>The status as it is now; null: there is no such subscription.</returns>
    Task<SubscriptionStatus?> ChangeAsync(
        string dataset, string name, Func<SubscriptionStatus, SubscriptionStatus> change, CancellationToken cancellationToken);

    /// <summary>The objects that a subscription saw, by path.</summary>
    Task<IReadOnlyDictionary<string, TakenObject>> ListObjectsAsync(string dataset, string name, CancellationToken cancellationToken);

    /// <summary>Enters an object, and changes how far the subscription is, in one transaction.</summary>
    Task EnterAsync(
        string dataset,
        string name,
        TakenObject item,
        Func<SubscriptionStatus, SubscriptionStatus> change,
        CancellationToken cancellationToken);
}
