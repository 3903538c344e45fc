namespace Orleans;

/// <summary>What every grain and every reference to one can say about itself.</summary>
public static class GrainExtensions
{
    /// <summary>A reference to this grain, to hand to others.</summary>
    public static TGrainInterface AsReference<TGrainInterface>(this IAddressable grain) => (TGrainInterface)AsReference(grain, typeof(TGrainInterface));

    public static object AsReference(this IAddressable grain, Type interfaceType)
    {
        var reference = Reference(grain);
        return reference.Runtime.Factory.GetReference(reference.GrainId, interfaceType);
    }

    public static TGrainInterface Cast<TGrainInterface>(this IAddressable grain) => AsReference<TGrainInterface>(grain);

    public static object Cast(this IAddressable grain, Type interfaceType) => AsReference(grain, interfaceType);

    public static GrainId GetGrainId(this IAddressable grain) => grain switch
    {
        GrainReference reference => reference.GrainId,
        IGrainBase { GrainContext: { } context } => context.GrainId,
        _ => throw new ArgumentException($"{grain.GetType()} is neither a grain nor a reference to one.", nameof(grain)),
    };

    public static string GetPrimaryKeyString(this IAddressable grain) => GetGrainId(grain).Key.ToString();

    public static Guid GetPrimaryKey(this IAddressable grain) => GetPrimaryKey(grain, out _);

    /// <summary>The Guid key; of a grain with an integer key, the Guid that holds the integer in its second half.</summary>
    public static Guid GetPrimaryKey(this IAddressable grain, out string? keyExt)
    {
        var id = GetGrainId(grain);
        if (id.TryGetGuidKey(out var guid, out keyExt))
            return guid;
        if (!id.TryGetIntegerKey(out var number, out keyExt))
            throw new InvalidOperationException($"The key of «{id}» is neither a Guid nor an integer.");
        var bytes = new byte[16];
        BitConverter.TryWriteBytes(bytes.AsSpan(8), number);
        return new Guid(bytes);
    }

    public static long GetPrimaryKeyLong(this IAddressable grain) => GetPrimaryKeyLong(grain, out _);

    public static long GetPrimaryKeyLong(this IAddressable grain, out string? keyExt)
    {
        var id = GetGrainId(grain);
        return id.TryGetIntegerKey(out var number, out keyExt)
            ? number
            : throw new InvalidOperationException($"The key of «{id}» is no integer.");
    }

    public static bool IsPrimaryKeyBasedOnLong(this IAddressable grain)
    {
        var id = GetGrainId(grain);
        return !id.TryGetGuidKey(out _, out _) && id.TryGetIntegerKey(out _, out _);
    }

    private static GrainReference Reference(IAddressable grain) => grain switch
    {
        GrainReference reference => reference,
        IGrainBase { GrainContext: { } context } => context.GrainReference,
        _ => throw new ArgumentException(
            $"{grain.GetType()} is neither a grain nor a reference to one. For an observer use CreateObjectReference.", nameof(grain)),
    };
}
