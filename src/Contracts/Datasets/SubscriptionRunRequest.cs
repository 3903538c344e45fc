namespace Progeny.Contracts.Datasets;

/// <summary>A run of a subscription that is asked for.</summary>
/// <param name="Behind">Whether it takes rows that came behind the watermark, objects that were rewritten, and those that could not be
/// taken.</param>
public sealed record SubscriptionRunRequest(bool Behind = false);
