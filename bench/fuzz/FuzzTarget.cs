using FsCheck;

namespace Progeny.Fuzz;

/// <summary>A reader of bytes that strangers may have made.</summary>
/// <param name="Name">Its name on the command line, and that of its folder in the corpus.</param>
/// <param name="Read">Reads an input. What is wrong with one is said by the documented exceptions, or by what the reader answers.</param>
/// <param name="Documented">The types of the documented exceptions.</param>
public sealed record FuzzTarget(string Name, Func<byte[], Task> Read, params Type[] Documented)
{
    /// <summary>Inputs that follow the format, by chance with wrong parts; null: there are only changed ones.</summary>
    public Gen<byte[]>? Generator { get; init; }

    /// <summary>The time of the processor that an input may take.</summary>
    public static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(1);

    /// <summary>The bytes that reading an input may allocate, besides those for each of its own.</summary>
    public const long MaxBytes = 16L << 20;

    /// <summary>The bytes that reading may allocate for each byte of an input.</summary>
    public const long MaxBytesPerByte = 2_000;

    /// <summary>Reads an input.</summary>
    /// <returns>The exception that is not documented; null: there was none.</returns>
    public async Task<Exception?> TryAsync(byte[] input)
    {
        try
        {
            await Read(input);
            return null;
        }
        catch (Exception exception) when (Documented.Any(type => type.IsInstanceOfType(exception)))
        {
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }
}
