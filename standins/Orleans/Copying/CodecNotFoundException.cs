namespace Orleans.Serialization;

/// <summary>A value can neither be copied nor sent.</summary>
[GenerateSerializer]
public sealed class CodecNotFoundException : Exception
{
    internal CodecNotFoundException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
