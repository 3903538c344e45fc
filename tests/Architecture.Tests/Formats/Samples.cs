using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Progeny.Architecture.Tests.Formats;

/// <summary>Makes a value of a type with something in every member, the same at every call.</summary>
internal static class Samples
{
    private const int MaxDepth = 6;
    private const BindingFlags Fields = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    public static object Of(Type type) => Make(type, 1, 0)!;

    private static object? Make(Type type, int number, int depth)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner)
            return Make(inner, number, depth);
        if (type.IsEnum)
            return Enum.GetValues(type).Cast<object>().Last();
        return Type.GetTypeCode(type) switch
        {
            TypeCode.String => $"text {number}",
            TypeCode.Boolean => true,
            TypeCode.Byte => (byte)number,
            TypeCode.Int32 => number,
            TypeCode.Int64 => (long)number,
            TypeCode.Single => number + 0.5f,
            TypeCode.Double => number + 0.25,
            TypeCode.Decimal => number + 0.125m,
            _ => MakeObject(type, number, depth),
        };
    }

    private static object? MakeObject(Type type, int number, int depth)
    {
        if (type == typeof(Guid))
            return new Guid(number, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        if (type == typeof(DateTimeOffset))
            return new DateTimeOffset(2026, 11, 29, 12, 30, 0, TimeSpan.Zero).AddSeconds(number);
        if (type == typeof(TimeSpan))
            return TimeSpan.FromSeconds(number);
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ReadOnlyMemory<>))
            return Activator.CreateInstance(
                type, ArrayOf(type.GenericTypeArguments[0], [Make(type.GenericTypeArguments[0], number, depth + 1)]));
        if (type.IsGenericType && type.Namespace == typeof(ImmutableArray).Namespace)
            return MakeCollection(type, number, depth);
        if (depth >= MaxDepth)
            return null;
        var made = RuntimeHelpers.GetUninitializedObject(type);
        foreach (var field in type.GetFields(Fields))
            field.SetValue(made, Make(field.FieldType, ++number, depth + 1));
        return made;
    }

    private static Array ArrayOf(Type element, object?[] items)
    {
        var array = Array.CreateInstance(element, items.Length);
        Array.Copy(items, array, items.Length);
        return array;
    }

    private static object MakeCollection(Type type, int number, int depth)
    {
        var arguments = type.GenericTypeArguments;
        var items = arguments.Select((argument, i) => Make(argument, number + i, depth + 1)).ToArray();
        if (items.Contains(null))
            items = [];
        var name = type.GetGenericTypeDefinition().Name;
        if (name.StartsWith("ImmutableArray", StringComparison.Ordinal))
        {
            var array = ArrayOf(arguments[0], items);
            return typeof(ImmutableArray).GetMethods()
                .Single(method =>
                    method.Name == nameof(ImmutableArray.Create) && method.GetParameters() is [{ ParameterType.IsArray: true }])
                .MakeGenericMethod(arguments[0]).Invoke(null, [array])!;
        }

        var empty = type.GetField("Empty", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;
        return items.Length == 0 ? empty : type.GetMethod("Add", arguments)!.Invoke(empty, items)!;
    }
}
