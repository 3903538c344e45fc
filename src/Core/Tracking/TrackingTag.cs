namespace Progeny.Core.Tracking;

/// <summary>A name with a text: a tag of an experiment, a run or a model, or a parameter of a run.</summary>
/// <param name="Key">The name.</param>
/// <param name="Value">The text.</param>
public sealed record TrackingTag(string Key, string Value);
