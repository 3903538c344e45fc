namespace Progeny.Core.Tracking;

/// <summary>One page of what a search found.</summary>
/// <param name="Items">What is on the page.</param>
/// <param name="NextPageToken">What asks for the next page; null: this is the last one.</param>
public sealed record TrackingPage<T>(IReadOnlyList<T> Items, string? NextPageToken);
