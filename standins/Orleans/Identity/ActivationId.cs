namespace Orleans.Runtime;

/// <summary>Names one activation of a grain: the same grain has another one after it was deactivated.</summary>
public readonly record struct ActivationId(Guid Key)
{
    public bool IsDefault => Key == Guid.Empty;

    public static ActivationId NewId() => new(Guid.NewGuid());

    public override string ToString() => $"@{Key:N}";
}
