using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;
using System.Numerics;
using System.Text.Json;

namespace Orleans.Copying;

/// <summary>Which types need no copy, and how the others are copied.</summary>
internal static class Copiers
{
    private static readonly ConcurrentDictionary<Type, bool> Immutables = new();
    private static readonly ConcurrentDictionary<Type, Func<object, CopyContext, object>> Known = new();

    private static readonly FrozenSet<Type> ImmutableTypes = new[]
    {
        typeof(string), typeof(decimal), typeof(Guid), typeof(DateTime), typeof(DateTimeOffset), typeof(TimeSpan), typeof(DateOnly), typeof(TimeOnly),
        typeof(Half), typeof(Int128), typeof(UInt128), typeof(BigInteger), typeof(Uri), typeof(Version), typeof(IPAddress), typeof(IPEndPoint),
        typeof(CancellationToken), typeof(BinaryData), typeof(JsonElement), typeof(GrainId), typeof(GrainType), typeof(IdSpan), typeof(GrainInterfaceType),
        typeof(SiloAddress), typeof(ActivationId), typeof(StreamId), typeof(Index), typeof(Range), typeof(System.Text.Rune), typeof(DBNull),
    }.ToFrozenSet();

    private static readonly FrozenSet<Type> ImmutableGenerics = new[]
    {
        typeof(ReadOnlyMemory<>), typeof(Immutable<>),
    }.ToFrozenSet();

    /// <summary>Collections that never change and are immutable when what they hold is.</summary>
    private static readonly FrozenSet<Type> ImmutableContainers = new[]
    {
        typeof(Nullable<>), typeof(ImmutableArray<>), typeof(ImmutableList<>), typeof(ImmutableDictionary<,>), typeof(ImmutableHashSet<>),
        typeof(ImmutableSortedDictionary<,>), typeof(ImmutableSortedSet<>), typeof(ImmutableQueue<>), typeof(ImmutableStack<>), typeof(KeyValuePair<,>),
        typeof(Tuple<>), typeof(Tuple<,>), typeof(Tuple<,,>), typeof(Tuple<,,,>), typeof(ValueTuple<>), typeof(ValueTuple<,>), typeof(ValueTuple<,,>),
        typeof(ValueTuple<,,,>), typeof(ValueTuple<,,,,>), typeof(ValueTuple<,,,,,>), typeof(ValueTuple<,,,,,,>),
    }.ToFrozenSet();

    /// <summary>Whether every value of this type can be shared.</summary>
    public static bool IsImmutable(Type type) => Immutables.GetOrAdd(type, static each => FindImmutable(each));

    public static Func<object, CopyContext, object> For(Type type) => Known.GetOrAdd(type, static each => Create(each));

    /// <summary>Whether values declared as this type can travel; what only the value itself tells is left to the call.</summary>
    public static bool MayTravel(Type type)
    {
        if (type.IsArray)
            return MayTravel(type.GetElementType()!);
        if (!IsImmutable(type) && type is { IsAbstract: false, IsInterface: false } && type != typeof(object) && !IsCopied(type))
            return false;
        return !type.IsGenericType || Array.TrueForAll(type.GetGenericArguments(), MayTravel);
    }

    private static bool IsCopied(Type type)
    {
        try
        {
            return For(type) is not null;
        }
        catch (NotSupportedException)
        {
            return false;
        }
    }

    private static bool FindImmutable(Type type)
    {
        if (type.IsPrimitive || type.IsEnum || ImmutableTypes.Contains(type) || type.IsDefined(typeof(ImmutableAttribute), false))
            return true;
        if (typeof(IAddressable).IsAssignableFrom(type) || typeof(Exception).IsAssignableFrom(type) || typeof(Type).IsAssignableFrom(type)
            || typeof(Delegate).IsAssignableFrom(type))
        {
            return !typeof(Delegate).IsAssignableFrom(type);
        }

        if (!type.IsGenericType)
            return false;
        var definition = type.GetGenericTypeDefinition();
        return ImmutableGenerics.Contains(definition)
            || (ImmutableContainers.Contains(definition) && Array.TrueForAll(type.GetGenericArguments(), IsImmutable))
            || (typeof(IStreamReference).IsAssignableFrom(type));
    }

    private static Func<object, CopyContext, object> Create(Type type)
    {
        if (type == typeof(object))
            return static (value, _) => value;
        if (type.IsArray)
            return CopyArray;
        if (type.IsDefined(typeof(GenerateSerializerAttribute), false))
            return MemberCopier.Create(type);
        if (type.IsGenericType && CollectionCopiers.TryCreate(type) is { } collection)
            return collection;
        if (typeof(System.Runtime.CompilerServices.ITuple).IsAssignableFrom(type) || (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(KeyValuePair<,>)))
            return MemberCopier.CreateForAllFields(type);
        throw new NotSupportedException(
            $"values of the type {type.FullName} cannot be copied; mark it [GenerateSerializer] with an [Id] on every member, or [Immutable] where nobody changes it.");
    }

    private static object CopyArray(object value, CopyContext context)
    {
        var original = (Array)value;
        var copy = context.Remember(original, (Array)original.Clone());
        if (IsImmutable(original.GetType().GetElementType()!))
            return copy;
        var index = new int[original.Rank];
        CopyElements(original, copy, index, 0, context);
        return copy;
    }

    private static void CopyElements(Array original, Array copy, int[] index, int dimension, CopyContext context)
    {
        for (index[dimension] = original.GetLowerBound(dimension); index[dimension] <= original.GetUpperBound(dimension); index[dimension]++)
        {
            if (dimension < original.Rank - 1)
                CopyElements(original, copy, index, dimension + 1, context);
            else
                copy.SetValue(context.Copy(original.GetValue(index)), index);
        }
    }
}
