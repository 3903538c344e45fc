using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Collections.ObjectModel;

namespace Orleans.Copying;

/// <summary>Copies of the collections of .NET.</summary>
internal static class CollectionCopiers
{
    public static Func<object, CopyContext, object>? TryCreate(Type type)
    {
        var definition = type.GetGenericTypeDefinition();
        var name = definition switch
        {
            _ when definition == typeof(List<>) => nameof(List),
            _ when definition == typeof(HashSet<>) => nameof(Set),
            _ when definition == typeof(SortedSet<>) => nameof(Sorted),
            _ when definition == typeof(Queue<>) => nameof(Queue),
            _ when definition == typeof(Stack<>) => nameof(Stack),
            _ when definition == typeof(Collection<>) => nameof(Collection),
            _ when definition == typeof(ReadOnlyCollection<>) => nameof(ReadOnly),
            _ when definition == typeof(Dictionary<,>) => nameof(Dictionary),
            _ when definition == typeof(SortedDictionary<,>) => nameof(SortedDictionary),
            _ when definition == typeof(ConcurrentDictionary<,>) => nameof(Concurrent),
            _ when definition == typeof(ReadOnlyDictionary<,>) => nameof(ReadOnlyDictionary),
            _ when definition == typeof(ImmutableArray<>) => nameof(Immutable),
            _ when definition == typeof(ImmutableList<>) => nameof(ImmutableList),
            _ when definition == typeof(ImmutableDictionary<,>) => nameof(ImmutableDictionary),
            _ when definition == typeof(Memory<>) => nameof(Memory),
            _ when definition == typeof(ArraySegment<>) => nameof(Segment),
            _ when type.FullName!.StartsWith("<>z__ReadOnly", StringComparison.Ordinal) => nameof(Expression),
            _ => null,
        };
        if (name is null)
            return null;
        var method = typeof(CollectionCopiers).GetMethod(name, System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!;
        return method.MakeGenericMethod(type.GetGenericArguments()).CreateDelegate<Func<object, CopyContext, object>>();
    }

    private static T Item<T>(T item, CopyContext context) => (T)context.Copy(item)!;

    private static object List<T>(object value, CopyContext context)
    {
        var original = (List<T>)value;
        var copy = context.Remember(original, new List<T>(original.Count));
        foreach (var item in original)
            copy.Add(Item(item, context));
        return copy;
    }

    /// <summary>What a collection expression for a read-only interface makes; an array serves its readers as well.</summary>
    private static object Expression<T>(object value, CopyContext context) => ((IEnumerable<T>)value).Select(item => Item(item, context)).ToArray();

    private static object Set<T>(object value, CopyContext context)
    {
        var original = (HashSet<T>)value;
        var copy = context.Remember(original, new HashSet<T>(original.Count, original.Comparer));
        foreach (var item in original)
            copy.Add(Item(item, context));
        return copy;
    }

    private static object Sorted<T>(object value, CopyContext context)
    {
        var original = (SortedSet<T>)value;
        return context.Remember(original, new SortedSet<T>(original.Select(item => Item(item, context)), original.Comparer));
    }

    private static object Queue<T>(object value, CopyContext context) =>
        context.Remember(value, new Queue<T>(((Queue<T>)value).Select(item => Item(item, context))));

    private static object Stack<T>(object value, CopyContext context) =>
        context.Remember(value, new Stack<T>(((Stack<T>)value).Reverse().Select(item => Item(item, context))));

    private static object Collection<T>(object value, CopyContext context) =>
        context.Remember(value, new Collection<T>([.. ((Collection<T>)value).Select(item => Item(item, context))]));

    private static object ReadOnly<T>(object value, CopyContext context) =>
        context.Remember(value, new ReadOnlyCollection<T>([.. ((ReadOnlyCollection<T>)value).Select(item => Item(item, context))]));

    private static object Dictionary<TKey, TValue>(object value, CopyContext context)
        where TKey : notnull
    {
        var original = (Dictionary<TKey, TValue>)value;
        var copy = context.Remember(original, new Dictionary<TKey, TValue>(original.Count, original.Comparer));
        foreach (var (key, item) in original)
            copy.Add(Item(key, context), Item(item, context));
        return copy;
    }

    private static object SortedDictionary<TKey, TValue>(object value, CopyContext context)
        where TKey : notnull
    {
        var original = (SortedDictionary<TKey, TValue>)value;
        var copy = context.Remember(original, new SortedDictionary<TKey, TValue>(original.Comparer));
        foreach (var (key, item) in original)
            copy.Add(Item(key, context), Item(item, context));
        return copy;
    }

    private static object Concurrent<TKey, TValue>(object value, CopyContext context)
        where TKey : notnull
    {
        var original = (ConcurrentDictionary<TKey, TValue>)value;
        var copy = context.Remember(original, new ConcurrentDictionary<TKey, TValue>(original.Comparer));
        foreach (var (key, item) in original)
            copy[Item(key, context)] = Item(item, context);
        return copy;
    }

    private static object ReadOnlyDictionary<TKey, TValue>(object value, CopyContext context)
        where TKey : notnull =>
        context.Remember(value, new ReadOnlyDictionary<TKey, TValue>(
            ((ReadOnlyDictionary<TKey, TValue>)value).ToDictionary(each => Item(each.Key, context), each => Item(each.Value, context))));

    private static object Immutable<T>(object value, CopyContext context)
    {
        var original = (ImmutableArray<T>)value;
        return original.IsDefault ? original : [.. original.Select(item => Item(item, context))];
    }

    private static object ImmutableList<T>(object value, CopyContext context) =>
        context.Remember(value, ((ImmutableList<T>)value).ConvertAll(item => Item(item, context)));

    private static object ImmutableDictionary<TKey, TValue>(object value, CopyContext context)
        where TKey : notnull
    {
        var original = (ImmutableDictionary<TKey, TValue>)value;
        return context.Remember(value, original.SetItems(original.Select(each => KeyValuePair.Create(each.Key, Item(each.Value, context)))));
    }

    private static object Memory<T>(object value, CopyContext context) =>
        (Memory<T>)((Memory<T>)value).ToArray().Select(item => Item(item, context)).ToArray();

    private static object Segment<T>(object value, CopyContext context) =>
        new ArraySegment<T>([.. ((ArraySegment<T>)value).Select(item => Item(item, context))]);
}
