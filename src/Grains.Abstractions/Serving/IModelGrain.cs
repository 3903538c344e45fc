namespace Progeny.Abstractions.Serving;

/// <summary>A generation's hands on this silo: the loaded model. Key: <c>project@release:generation</c>.</summary>
[Alias("progeny.model")]
public interface IModelGrain : IGrainWithStringKey
{
    /// <summary>Runs the model.</summary>
    [Alias("run")]
    ValueTask<ModelAnswer> Run(ModelQuery query);

    /// <summary>Loads the model, if it is not loaded yet, and describes its inputs and outputs.</summary>
    [Alias("describe")]
    ValueTask<ModelMetadata> Describe();
}
