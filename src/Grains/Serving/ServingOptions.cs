namespace Progeny.Grains.Serving;

/// <summary>Settings of serving on this node, configuration section <c>Serving</c>.</summary>
public sealed class ServingOptions
{
    /// <summary>
    /// How many bytes of model files may be loaded at once; 0: a quarter of the memory that this process may use. Past it the models that
    /// no plan names and nobody asked for longest are unloaded. (ONNX Runtime holds about as much again as the file.)
    /// </summary>
    public long ModelMemory { get; set; }

    /// <summary>How many queries of one project may be under way at once, where its manifest does not say (<c>serving.max_queue</c>).</summary>
    public int MaxQueue { get; set; } = 1_024;
}
