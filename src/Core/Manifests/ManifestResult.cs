using System.Diagnostics.CodeAnalysis;

namespace Progeny.Core.Manifests;

/// <summary>What parsing yields: a manifest, or everything that is wrong with it in the order of the file.</summary>
public sealed record ManifestResult(Manifest? Manifest, IReadOnlyList<ManifestError> Errors)
{
    [MemberNotNullWhen(true, nameof(Manifest))]
    public bool IsValid => Manifest is not null;
}
