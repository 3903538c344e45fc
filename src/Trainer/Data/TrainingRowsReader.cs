using CsvHelper;
using Progeny.Core.Datasets;
using Progeny.Trainer.Settings;

namespace Progeny.Trainer.Data;

/// <summary>Reads <c>data.csv</c> row by row into columns of four bytes a value.</summary>
public static class TrainingRowsReader
{
    /// <summary>The file as the contract has it: RFC 4180, a comma, nothing trimmed.</summary>
    static readonly CsvReaderOptions s_options = new()
    {
        Separator = ',',
        TrimWhitespace = false,
        TrackLineNumbers = true,
        MalformedData = CsvMalformedDataHandling.Throw,
    };

    /// <exception cref="TrainerException">A column is missing or a field is not what the schema says; the message names line and
    /// column.</exception>
    public static TrainingRows Read(string path, TrainerSchema schema, Objective objective)
    {
        var name = Path.GetFileName(path);
        try
        {
            using var reader = CsvReader.FromFile(path, s_options);
            return Read(reader, name, schema, objective);
        }
        catch (FileNotFoundException e)
        {
            throw new TrainerException($"{name} is not in the job folder", e);
        }
        catch (CsvFormatException e)
        {
            throw new TrainerException(
                $"{name} line {e.LineNumber}: a quote is in the wrong place; fields quoted as in RFC 4180 would be right", e);
        }
    }

    static TrainingRows Read(CsvReader reader, string name, TrainerSchema schema, Objective objective)
    {
        string[] header = [.. reader.Headers];
        var fields = schema.Features.Select(f => FieldReader.For(f, Position(header, f.Name, name))).ToArray();
        var label = new LabelReader(schema.Label, objective, Position(header, schema.Label.Name, name));

        while (reader.Read())
        {
            if (reader.FieldCount != header.Length)
                throw new TrainerException(
                    $"{name} line {reader.LineNumber} has {reader.FieldCount} fields where the header has {header.Length}");
            foreach (var field in fields)
            {
                if (field.Add(reader.GetSpan(field.Position)) is { } problem)
                    throw new TrainerException($"{name} line {reader.LineNumber}, column '{field.Column.Name}': {problem}");
            }
            if (label.Add(reader.GetSpan(label.Position)) is { } wrong)
                throw new TrainerException($"{name} line {reader.LineNumber}, column '{schema.Label.Name}': {wrong}");
        }

        if (label.Values.Count == 0)
            throw new TrainerException($"{name} has no rows below its header, so there is nothing to train on");
        return new TrainingRows(schema, [.. fields.Select(f => f.Column)], label.Values);
    }

    static int Position(string[] header, string column, string file)
    {
        var position = Array.IndexOf(header, column);
        if (position < 0)
            throw new TrainerException($"{file} has no column '{column}'; its columns are {string.Join(", ", header)}");
        return position;
    }
}
