namespace Orleans.Copying;

/// <summary>One copy of a graph of objects: what is in it twice is in the copy twice, cycles stay cycles.</summary>
internal sealed class CopyContext
{
    private readonly Dictionary<object, object> copies = new(ReferenceEqualityComparer.Instance);

    public object? Copy(object? original)
    {
        if (original is null)
            return null;
        var type = original.GetType();
        if (Copiers.IsImmutable(type))
            return original;
        return !type.IsValueType && copies.TryGetValue(original, out var known) ? known : Copiers.For(type)(original, this);
    }

    /// <summary>Must be called with the copy before its parts are copied.</summary>
    public T Remember<T>(object original, T copy)
        where T : notnull
    {
        copies[original] = copy;
        return copy;
    }
}
