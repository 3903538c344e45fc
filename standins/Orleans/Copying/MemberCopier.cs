using System.Reflection;
using System.Runtime.CompilerServices;

namespace Orleans.Copying;

/// <summary>Copies objects member by member: those that carry an id, and the parameters of a record's primary constructor.</summary>
internal static class MemberCopier
{
    private const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    public static Func<object, CopyContext, object> Create(Type type)
    {
        var fields = Fields(type).ToArray();
        var constructor = type.IsValueType ? null : type.GetConstructor(Declared, []);
        return (original, context) => Copy(original, context, fields, () => constructor is null
            ? RuntimeHelpers.GetUninitializedObject(type)
            : constructor.Invoke(BindingFlags.DoNotWrapExceptions, null, [], null));
    }

    public static Func<object, CopyContext, object> CreateForAllFields(Type type)
    {
        var fields = type.GetFields(Declared);
        return (original, context) => Copy(original, context, fields, () => RuntimeHelpers.GetUninitializedObject(type));
    }

    private static object Copy(object original, CopyContext context, FieldInfo[] fields, Func<object> create)
    {
        var copy = context.Remember(original, create());
        foreach (var field in fields)
            field.SetValue(copy, context.Copy(field.GetValue(original)));
        return copy;
    }

    private static IEnumerable<FieldInfo> Fields(Type type)
    {
        for (var each = type; each is not null && each != typeof(object) && each != typeof(ValueType); each = each.BaseType)
        {
            var marked = each.GetCustomAttribute<GenerateSerializerAttribute>(false)
                ?? throw new NotSupportedException($"{type.FullName} derives from {each.FullName}, which is not marked [GenerateSerializer].");
            var parameters = PrimaryConstructorParameters(each, marked);
            foreach (var field in each.GetFields(Declared))
            {
                var property = field.Name.EndsWith(">k__BackingField", StringComparison.Ordinal)
                    ? each.GetProperty(field.Name[1..field.Name.IndexOf('>', StringComparison.Ordinal)], Declared)
                    : null;
                if (field.IsDefined(typeof(IdAttribute)) || (property is not null && (property.IsDefined(typeof(IdAttribute))
                    || parameters.Contains(property.Name)
                    || (marked.GenerateFieldIds == GenerateFieldIds.PublicProperties && property.GetMethod is { IsPublic: true }))))
                {
                    yield return field;
                }
            }
        }
    }

    private static HashSet<string> PrimaryConstructorParameters(Type type, GenerateSerializerAttribute marked)
    {
        var isRecord = type.GetMethod("PrintMembers", Declared) is not null;
        if (!(marked.PrimaryConstructorParameters ?? isRecord) || !isRecord)
            return [];
        return [.. type.GetMethod("Deconstruct", Declared)?.GetParameters().Select(each => each.Name!) ?? []];
    }
}
