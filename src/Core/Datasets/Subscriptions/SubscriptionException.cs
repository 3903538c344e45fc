namespace Progeny.Core.Datasets.Subscriptions;

/// <summary>A subscription cannot be made, or its place cannot be read; the message says why.</summary>
public sealed class SubscriptionException(string message, Exception? inner = null) : Exception(message, inner);
