namespace Progeny.Abstractions.Lifecycle;

/// <summary>The registry refused a request; the message says what is wrong and what would be right.</summary>
[GenerateSerializer, Alias("progeny.registry-exception")]
public sealed class RegistryException : Exception
{
    public RegistryException(RegistryError error, string message)
        : base(message) => Error = error;

    [Id(0)] public RegistryError Error { get; private set; }
}
