namespace Progeny.Abstractions.Serving;

/// <summary>The loaded model of a generation on this silo, for those who have to know it. Key: <c>project@release:generation</c>.</summary>
/// <remarks>Queries do not pass through it: the online agent of the same silo uses the loaded model itself.</remarks>
[Alias("progeny.model")]
public interface IModelGrain : IGrainWithStringKey
{
    /// <summary>Loads the model, if it is not loaded yet, and describes its inputs and outputs.</summary>
    [Alias("describe")]
    ValueTask<ModelMetadata> Describe();
}
