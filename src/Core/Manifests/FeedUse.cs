namespace Progeny.Core.Manifests;

/// <summary>A key of a manifest that names a feed.</summary>
/// <param name="Path">The place of the key, such as <c>source.feed</c>.</param>
/// <param name="Feed">The feed's name.</param>
/// <param name="Query">The SQL that the feed is asked.</param>
public readonly record struct FeedUse(string Path, string Feed, string Query);
