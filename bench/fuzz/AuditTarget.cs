using System.Text;
using Progeny.Contracts.Security;
using Progeny.Core.Security.Audit;
using Progeny.Gateway.Security;

namespace Progeny.Fuzz;

/// <summary>
/// Exports of the audit log, checked as <c>progeny audit verify FILE</c> does. The log is always the same one: an export that is said to be
/// as it was written must hold entries of that log, in their order and without a gap.
/// </summary>
public static class AuditTarget
{
    private const int Entries = 6;

    private static readonly AuditSeal _seal = new(Encoding.UTF8.GetBytes("a secret of the nodes, which only tests have"));
    private static readonly (IReadOnlyList<StoredAuditEntry> Entries, AuditEnd End) _log = Make();

    /// <summary>The export of the log.</summary>
    public static string Export =>
        string.Concat(_log.Entries.Select(entry => AuditLines.Write(entry.ToView()) + "\n")) + AuditLines.Write(_log.End.ToView());

    /// <summary>Checks an export.</summary>
    /// <exception cref="InvalidOperationException">A changed log is said to be as it was written.</exception>
    public static void Read(byte[] input)
    {
        var (isIntact, read) = Check(input);
        if (isIntact && (read.Count != _log.Entries.Count || !read.Zip(_log.Entries).All(pair => IsSame(pair.First, pair.Second))))
            throw new InvalidOperationException("A changed log was taken for the one that was written.");
    }

    /// <summary>Whether an export is whole and as it was written, and its entries.</summary>
    public static (bool IsIntact, IReadOnlyList<StoredAuditEntry> Entries) Check(byte[] input)
    {
        var verifier = new AuditVerifier(from: 1);
        var read = new List<StoredAuditEntry>();
        AuditEnd? end = null;
        foreach (var line in Encoding.UTF8.GetString(input).Split('\n'))
        {
            if (end is not null)
                verifier.Fail("There is a line behind the end.", null);
            else if (AuditLines.Read(line) is { Entry: { } view })
            {
                read.Add(ToStored(view));
                if (!verifier.Add(read[^1]))
                    break;
            }
            else
                end = ToEnd(AuditLines.Read(line).End!);
        }

        return (verifier.Complete(end, _seal).IsIntact && end is not null, read);
    }

    private static StoredAuditEntry ToStored(AuditEntryView view) => new(
        view.Sequence,
        view.At,
        view.Status,
        AuditLines.TextsOf(view),
        Convert.FromHexString(view.Previous),
        Convert.FromHexString(view.Hash));

    private static AuditEnd ToEnd(AuditEndView view) => new(view.End, Convert.FromHexString(view.Hash), Convert.FromHexString(view.Seal));

    private static bool IsSame(StoredAuditEntry one, StoredAuditEntry other) =>
        (one.Sequence, one.At, one.Status) == (other.Sequence, other.At, other.Status)
        && one.Texts.Zip(other.Texts).All(pair => (pair.First is null) == (pair.Second is null)
            && pair.First.AsSpan().SequenceEqual(pair.Second));

    private static (IReadOnlyList<StoredAuditEntry> Entries, AuditEnd End) Make()
    {
        var entries = new List<StoredAuditEntry>();
        var end = new AuditEnd(0, StoredAuditEntry.Origin, []);
        for (var i = 0; i < Entries; i++)
        {
            var append = AuditAppend.To(
                end,
                new AuditEntry
                {
                    At = new DateTimeOffset(2026, 1, 1, 0, 0, i, TimeSpan.Zero),
                    By = i == 0 ? AuditEntry.Platform : "key:ci",
                    Action = i == 0 ? "node.start" : "promotion.create",
                    From = i == 0 ? null : "10.0.0.7",
                    Project = i == 0 ? null : "flights",
                    Status = i == 0 ? 0 : 200,
                    After = i == 0 ? null : $$"""{"version":"1.0.0:{{i}}"}""",
                },
                _seal);
            entries.AddRange(append.Entries);
            end = append.End;
        }

        return (entries, end);
    }
}
