namespace Progeny.Storage.Hosting;

/// <summary>How much of something was moved, which both sides were found to hold.</summary>
/// <param name="Name">What it is, such as <c>decisions</c>.</param>
public sealed record MovedCount(string Name, long Count);
