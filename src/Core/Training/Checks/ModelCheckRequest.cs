using System.Text.Json.Serialization;
using Progeny.Core.Manifests;

namespace Progeny.Core.Training.Checks;

/// <summary>What is to be done with a model.</summary>
public sealed record ModelCheckRequest
{
    /// <summary>The path of the ONNX file.</summary>
    public required string Model { get; init; }

    /// <summary>What the model must fit.</summary>
    [JsonIgnore]
    public Manifest Manifest { get; init; } = null!;

    /// <summary>Whether the model is new and must be accepted (<see cref="ModelAcceptance"/>); else it has been.</summary>
    public bool Accept { get; init; }

    /// <summary>A <c>data.csv</c> whose first rows are the sample of the acceptance; null: made-up rows.</summary>
    public string? Data { get; init; }

    /// <summary>The trainer's own predictions of those rows; null, or a file that is not there: none.</summary>
    public string? Predictions { get; init; }

    /// <summary>A <c>data.csv</c> whose rows are all to be predicted; null: none.</summary>
    public string? Evaluate { get; init; }

    /// <summary>Whether time and memory of the model are to be measured.</summary>
    public bool Measure { get; init; }

    /// <summary>Whether the tests of the manifest are to be run.</summary>
    public bool Test { get; init; }

    /// <summary>The memory that the check may take, in bytes, where it has a process of its own.</summary>
    public long Memory { get; init; }

    /// <summary>The memory that runs may take.</summary>
    public long RunMemory { get; init; }

    /// <summary>The longest that a run may take.</summary>
    public TimeSpan MaxRunTime { get; init; }
}
