using System.Text.Json;
using Progeny.Core.Datasets;
using Progeny.Trainer.Encoding;
using Progeny.Trainer.Settings;

namespace Progeny.Trainer.Jobs;

/// <summary>The contents of <c>state/</c>, which the next generation finds as <c>previous/</c>.</summary>
/// <param name="Booster">The booster in XGBoost's binary format (<c>booster.ubj</c>).</param>
/// <param name="Encoding">How its columns were made (<c>encoders.json</c>).</param>
public sealed record ModelState(byte[] Booster, EncoderState Encoding)
{
    const string BoosterFile = "booster.ubj";
    const string EncodersFile = "encoders.json";

    /// <summary>Reads a folder; null where there is none, or an empty one.</summary>
    /// <exception cref="TrainerException">The folder holds something else than a state of this trainer.</exception>
    public static ModelState? Read(string folder)
    {
        if (!Directory.Exists(folder) || !Directory.EnumerateFileSystemEntries(folder).Any())
            return null;
        var name = Path.GetFileName(folder);
        try
        {
            var encoding = JsonSerializer.Deserialize(
                File.ReadAllBytes(Path.Combine(folder, EncodersFile)), EncoderJson.Default.EncoderState)!;
            if (encoding.Format != EncoderState.CurrentFormat)
                throw new TrainerException(
                    $"{name}/{EncodersFile} has format {encoding.Format}; this trainer reads {EncoderState.CurrentFormat}");
            return new ModelState(File.ReadAllBytes(Path.Combine(folder, BoosterFile)), encoding);
        }
        catch (Exception e) when (e is FileNotFoundException or JsonException)
        {
            throw new TrainerException($"{name}/ is not a state that the trainer xgboost left: {e.Message}", e);
        }
    }

    public void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, BoosterFile), Booster);
        File.WriteAllBytes(
            Path.Combine(folder, EncodersFile), JsonSerializer.SerializeToUtf8Bytes(Encoding, EncoderJson.Default.EncoderState));
    }

    /// <summary>Refuses to continue a model of another shape.</summary>
    /// <exception cref="TrainerException">The message names what differs.</exception>
    public void RequireFits(TrainerSchema schema, TrainerSettings settings)
    {
        Require("booster", Encoding.Booster, settings.Booster);
        Require("objective", Encoding.Objective, settings.Objective.Name);
        Require("features", string.Join(", ", Encoding.Features), string.Join(", ", EncoderState.Describe(schema)));
        Require("classes", string.Join(", ", Encoding.Classes), string.Join(", ", schema.Label.Classes));
    }

    static void Require(string what, string before, string now)
    {
        if (before != now)
        {
            throw new TrainerException(
                $"the training cannot continue the last generation: its {what} was [{before}] and now is [{now}]; "
                + "undo the change, or train without pipeline.incremental");
        }
    }
}
