namespace Progeny.Abstractions.Releases;

/// <summary>One thing that is wrong in the manifest of a package that was refused.</summary>
/// <param name="Line">The line of <c>progeny.yaml</c>, from 1.</param>
/// <param name="Column">The column, from 1.</param>
/// <param name="Path">The key, e.g. <c>schema.features[2].type</c>; empty where it is the file as a whole.</param>
/// <param name="Message">What is wrong and what would be right.</param>
[GenerateSerializer, Immutable, Alias("progeny.manifest-fault")]
public sealed record ManifestFault(
    [property: Id(0)] int Line, [property: Id(1)] int Column, [property: Id(2)] string Path, [property: Id(3)] string Message);
