using Progeny.Abstractions.Releases;

namespace Progeny.Console.Releases;

/// <summary>A release with its generations, newest first.</summary>
public sealed record ReleaseView(ReleaseInfo Release, IReadOnlyList<GenerationInfo> Generations);
