namespace Progeny.Core.Training;

/// <summary>How much a trainer may leave at most. A file counts with its size, however little of it is on the disk.</summary>
public sealed class TrainerLimits
{
    /// <summary>The bytes of <c>model.onnx</c>.</summary>
    public long ModelBytes { get; set; } = Array.MaxLength;

    /// <summary>The bytes of all files in <c>state/</c>.</summary>
    public long StateBytes { get; set; } = 4L << 30;

    /// <summary>The files and folders in <c>state/</c>.</summary>
    public int StateEntries { get; set; } = 10_000;

    /// <summary>How deep folders in <c>state/</c> may lie.</summary>
    public int StateDepth { get; set; } = 32;

    /// <summary>The bytes of <c>metrics.json</c>.</summary>
    public long MetricsBytes { get; set; } = 1L << 20;

    /// <summary>The bytes of <c>predictions.csv</c>.</summary>
    public long PredictionsBytes { get; set; } = 256L << 20;
}
