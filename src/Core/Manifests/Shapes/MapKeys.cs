namespace Progeny.Core.Manifests.Shapes;

/// <summary>The keys of a map, for the function that makes a value of them: each call declares a key and yields its value.</summary>
/// <param name="node">The map; null: the keys are only listed, and each is taken for left out.</param>
/// <param name="declared">Takes the keys in the order in which they are declared.</param>
internal sealed class MapKeys(ManifestNode? node, List<MapKey> declared)
{
    private IReadOnlyList<string> Strategies { get; init; } = [];

    /// <summary>The same map, for keys that only some strategies of <c>serving.rollout</c> have.</summary>
    public MapKeys For(params string[] strategies) => new(node, declared) { Strategies = strategies };

    /// <summary>A key that must be there.</summary>
    public T Required<T>(string name, Shape<T> shape, string description) =>
        Declare(new MapKey(name, shape, description) { Required = true }) is { } value ? shape.Bind(value) : default!;

    /// <summary>A key that may be left out; then the standard holds.</summary>
    public T Optional<T>(string name, Shape<T> shape, string description, T standard) =>
        Declare(new MapKey(name, shape, description) { Default = shape.ToJson(standard) }) is { } value ? shape.Bind(value) : standard;

    /// <summary>A key that may be left out; then it is null.</summary>
    public T? Optional<T>(string name, Shape<T> shape, string description)
        where T : class => Declare(new MapKey(name, shape, description)) is { } value ? shape.Bind(value) : null;

    /// <summary>A key of a value type that may be left out; then it is null.</summary>
    public T? OptionalValue<T>(string name, Shape<T> shape, string description)
        where T : struct => Declare(new MapKey(name, shape, description)) is { } value ? shape.Bind(value) : null;

    private ManifestNode? Declare(MapKey key)
    {
        declared.Add(key with { Strategies = Strategies });
        return node?[key.Name];
    }
}
