using System.Collections.Immutable;

namespace Progeny.Abstractions.Releases;

/// <summary>Who publishes a release, and what they may do.</summary>
/// <param name="Name">The name of the caller.</param>
/// <param name="Access">The roles and grants, each <c>name:project</c>.</param>
[GenerateSerializer, Immutable, Alias("progeny.publisher")]
public sealed record Publisher([property: Id(0)] string Name, [property: Id(1)] ImmutableArray<string> Access);
