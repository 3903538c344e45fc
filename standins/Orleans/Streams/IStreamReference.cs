namespace Orleans.Runtime;

/// <summary>Streams and handles of subscriptions, which only name something.</summary>
internal interface IStreamReference;
