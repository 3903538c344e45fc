using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.CompilerServices;
using Progeny.Abstractions.Projects;
using Progeny.Abstractions.Releases;
using Progeny.Grains.Hosting;

namespace Progeny.Architecture.Tests;

/// <summary>
/// Messages of grains are immutable values with names of their own, so that silos of different versions understand each other; so are their
/// states.
/// </summary>
public sealed class MessageTests
{
    private const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private static readonly Assembly Abstractions = typeof(IProjectGrain).Assembly;

    private static readonly Type[] Values =
    [
        typeof(string), typeof(bool), typeof(int), typeof(long), typeof(float), typeof(double), typeof(byte), typeof(decimal),
        typeof(Guid), typeof(DateTimeOffset), typeof(TimeSpan),
    ];

    private static readonly Type[] Containers =
    [
        typeof(ImmutableArray<>), typeof(ImmutableSortedDictionary<,>), typeof(ImmutableSortedSet<>), typeof(ImmutableDictionary<,>),
        typeof(ImmutableHashSet<>), typeof(ReadOnlyMemory<>), typeof(Nullable<>),
    ];

    public static TheoryData<Type> Messages() => [.. MessageTypes()];

    public static TheoryData<Type> States() => [.. StateTypes()];

    public static TheoryData<Type> GrainInterfaces() => [.. GrainInterfaceTypes()];

    [Fact]
    public void Grains_have_states() => StateTypes().ShouldNotBeEmpty();

    /// <summary>A state is stored as JSON with the names of its members, so it needs no aliases and ids.</summary>
    [Theory]
    [MemberData(nameof(States))]
    public void State_is_an_immutable_record(Type type) => IsImmutable(type).ShouldBeTrue();

    [Theory]
    [MemberData(nameof(Messages))]
    public void Message_is_a_sealed_record_with_an_alias(Type type)
    {
        type.IsSealed.ShouldBeTrue("sealed");
        type.GetMethod("<Clone>$").ShouldNotBeNull("a record");
        type.GetCustomAttribute<GenerateSerializerAttribute>().ShouldNotBeNull("[GenerateSerializer]");
        type.GetCustomAttribute<ImmutableAttribute>().ShouldNotBeNull("[Immutable]");
        type.GetCustomAttribute<AliasAttribute>().ShouldNotBeNull("[Alias]");
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void Members_that_are_stored_have_ids_of_their_own(Type type)
    {
        var ids = new List<uint>();
        foreach (var member in Stored(type))
            ids.Add((member.GetCustomAttribute<IdAttribute>()
                ?? throw new ShouldAssertException($"{type.Name}.{member.Name} has no [Id].")).Id);
        ids.Distinct().Count().ShouldBe(ids.Count, "an id is used twice");
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void Members_are_immutable(Type type)
    {
        foreach (var property in Stored(type).OfType<PropertyInfo>())
        {
            IsImmutable(property.PropertyType).ShouldBeTrue($"{type.Name}.{property.Name} is a {property.PropertyType}");
            (property.SetMethod is null or { IsPrivate: true } || IsInitOnly(property)).ShouldBeTrue(
                $"{type.Name}.{property.Name} can be set");
        }

        Stored(type).OfType<FieldInfo>().Where(field => !field.IsInitOnly).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(GrainInterfaces))]
    public void Grain_interface_and_its_methods_have_aliases(Type type)
    {
        type.GetCustomAttribute<AliasAttribute>().ShouldNotBeNull("the interface");
        var aliases = new List<string>();
        foreach (var method in type.GetMethods().Where(method => !method.IsStatic))
            aliases.Add(
                (method.GetCustomAttribute<AliasAttribute>()
                    ?? throw new ShouldAssertException($"{type.Name}.{method.Name} has no [Alias].")).Alias);
        aliases.ShouldNotBeEmpty();
        aliases.Distinct().Count().ShouldBe(aliases.Count, "an alias is used twice");
    }

    [Fact]
    public void Aliases_are_unique()
    {
        var types = MessageTypes().Concat(GrainInterfaceTypes()).Append(typeof(RegistryException));
        types.GroupBy(type => type.GetCustomAttribute<AliasAttribute>()?.Alias).Where(group => group.Count() > 1).ShouldBeEmpty();
    }

    /// <summary>The type arguments of all <see cref="IPersistentState{T}"/> that grains take.</summary>
    private static Type[] StateTypes() =>
    [
        .. typeof(LibraryVersions).Assembly.GetTypes()
            .SelectMany(type => type.GetConstructors())
            .SelectMany(constructor => constructor.GetParameters())
            .Where(parameter =>
                parameter.ParameterType is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(IPersistentState<>))
            .Select(parameter => parameter.ParameterType.GenericTypeArguments[0])
            .Distinct(),
    ];

    /// <summary>All public classes of the messages' assembly.</summary>
    private static Type[] MessageTypes() =>
    [
        .. Abstractions.GetTypes()
            .Where(type =>
                type is { IsPublic: true, IsInterface: false, IsEnum: false, IsAbstract: false } && !IsGenerated(type)
                    && !typeof(Exception).IsAssignableFrom(type)),
    ];

    private static Type[] GrainInterfaceTypes() =>
        [.. Abstractions.GetTypes().Where(type => type.IsInterface && typeof(IGrain).IsAssignableFrom(type))];

    private static bool IsGenerated(MemberInfo member) =>
        member.IsDefined(typeof(CompilerGeneratedAttribute)) || member.IsDefined(typeof(System.CodeDom.Compiler.GeneratedCodeAttribute))
            || member.DeclaringType is not null;

    /// <summary>What is kept of a value: fields, and properties with a field behind them.</summary>
    private static IEnumerable<MemberInfo> Stored(Type type)
    {
        var fields = type.GetFields(Declared);
        return
        [
            .. type.GetProperties(Declared).Where(property => fields.Any(field => field.Name == $"<{property.Name}>k__BackingField")),
            .. fields.Where(field => !field.Name.EndsWith("k__BackingField", StringComparison.Ordinal)),
        ];
    }

    private static bool IsInitOnly(PropertyInfo property) =>
        property.SetMethod!.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));

    private static bool IsImmutable(Type type) => IsImmutable(type, []);

    private static bool IsImmutable(Type type, HashSet<Type> seen) =>
        !seen.Add(type)
        || type.IsEnum
        || Values.Contains(type)
        || type.IsDefined(typeof(ImmutableAttribute))
        || (type.IsGenericType && Containers.Contains(type.GetGenericTypeDefinition())
        && type.GenericTypeArguments.All(argument => IsImmutable(argument, seen)))
        || (type.IsSealed && type.GetMethod("<Clone>$") is not null
            && Stored(type)
            .All(member =>
                member is PropertyInfo property && IsImmutable(property.PropertyType, seen)
                    && (property.SetMethod is null || IsInitOnly(property))));
}
