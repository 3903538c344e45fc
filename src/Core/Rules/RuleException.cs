using Progeny.Core.Manifests;

namespace Progeny.Core.Rules;

/// <summary>What a manifest says in SQL is wrong; the message lists every error, one a line.</summary>
public sealed class RuleException(IReadOnlyList<ManifestError> errors) : Exception(string.Join('\n', errors))
{
    public IReadOnlyList<ManifestError> Errors { get; } = errors;
}
