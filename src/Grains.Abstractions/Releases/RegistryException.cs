using System.Collections.Immutable;

namespace Progeny.Abstractions.Releases;

/// <summary>The registry refused a request; the message says what is wrong and what would be right.</summary>
[GenerateSerializer, Alias("progeny.registry-exception")]
public sealed class RegistryException : Exception
{
    public RegistryException(RegistryError error, string message, ImmutableArray<ManifestFault> faults = default)
        : base(message)
    {
        Error = error;
        Faults = faults.IsDefault ? [] : faults;
    }

    [Id(0)] public RegistryError Error { get; private set; }

    /// <summary>What is wrong in the manifest, where that is the reason; else empty.</summary>
    [Id(1)] public ImmutableArray<ManifestFault> Faults { get; private set; }
}
