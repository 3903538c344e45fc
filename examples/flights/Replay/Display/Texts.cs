using System.Globalization;
using Progeny.Replay.Lifecycle;

namespace Progeny.Replay.Display;

/// <summary>Figures as both views write them.</summary>
internal static class Texts
{
    public static string Clock(DateTime moment) => moment.ToString("ddd yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    public static string Count(int count) => count.ToString("#,0", CultureInfo.InvariantCulture);

    public static string Rate(double perSecond) => perSecond.ToString("#,0.0", CultureInfo.InvariantCulture);

    public static string Milliseconds(double? value) => value is { } ms ? ms.ToString("0.0", CultureInfo.InvariantCulture) + " ms" : "–";

    /// <summary>Who decided what, on one line.</summary>
    public static string DecisionOf(DecisionState decision) =>
        $"{decision.At.ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture)}  {decision.Kind}: {decision.Message} ({decision.By})";

    public static string Share(double? value) => value is { } share ? share.ToString("0.0 %", CultureInfo.InvariantCulture) : "–";

    public static string Loss(double? value) => value is { } loss ? loss.ToString("0.0000", CultureInfo.InvariantCulture) : "–";
}
