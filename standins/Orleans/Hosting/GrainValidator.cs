using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Copying;

namespace Orleans.Hosting;

/// <summary>Finds at start what could never work: age limits that are too short, and messages that cannot travel.</summary>
internal sealed class GrainValidator(Silo silo, IOptions<GrainCollectionOptions> options) : IConfigurationValidator
{
    public void ValidateConfiguration()
    {
        var quantum = options.Value.CollectionQuantum;
        Check(nameof(GrainCollectionOptions.CollectionAge), options.Value.CollectionAge, quantum);
        foreach (var (name, age) in options.Value.ClassSpecificCollectionAge)
            Check($"The collection age of {name}", age, quantum);
        foreach (var each in silo.Classes.All)
        {
            if (each.AgeLimit is { } limit && limit != Timeout.InfiniteTimeSpan)
                Check($"{each.Type.FullName}: its CollectionAgeLimit", limit, quantum);
        }

        var stuck = silo.Classes.All
            .SelectMany(each => GrainClasses.GrainInterfaces(each.Type))
            .Distinct()
            .SelectMany(each => each.GetMethods())
            .SelectMany(method => method.GetParameters().Select(each => each.ParameterType).Append(method.ReturnType), (method, type) => (method, type))
            .Where(each => !typeof(Task).IsAssignableFrom(each.type) || each.type.IsGenericType)
            .SelectMany(each => Results(each.type), (each, type) => (each.method, type))
            .Where(each => !Copiers.MayTravel(each.type))
            .Select(each => $"{each.type} in {each.method.DeclaringType}.{each.method.Name}")
            .Distinct()
            .ToArray();
        if (stuck.Length > 0)
        {
            throw new OrleansConfigurationException(
                $"These types in the signatures of grains cannot be copied: {string.Join("; ", stuck)}. Mark them [GenerateSerializer] with an [Id] on every member, or [Immutable].");
        }
    }

    /// <summary>What a task carries, or the type itself.</summary>
    private static Type[] Results(Type type)
    {
        if (type == typeof(void) || type == typeof(ValueTask))
            return [];
        var isTask = type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(Task<>) || type.GetGenericTypeDefinition() == typeof(ValueTask<>));
        return isTask ? type.GetGenericArguments() : [type];
    }

    private static void Check(string what, TimeSpan age, TimeSpan quantum)
    {
        if (age != Timeout.InfiniteTimeSpan && age <= quantum)
            throw new OrleansConfigurationException($"{what} is {age}; it must be greater than CollectionQuantum, which is {quantum}.");
    }
}
