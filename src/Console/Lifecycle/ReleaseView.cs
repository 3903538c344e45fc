using Progeny.Abstractions.Lifecycle;

namespace Progeny.Console.Lifecycle;

/// <summary>A release with its generations, newest first.</summary>
public sealed record ReleaseView(ReleaseInfo Release, IReadOnlyList<GenerationInfo> Generations);
