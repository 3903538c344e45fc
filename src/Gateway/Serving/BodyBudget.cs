namespace Progeny.Gateway.Serving;

/// <summary>How many bytes of memory the bodies under way on this node may hold together.</summary>
internal sealed class BodyBudget(long most)
{
    private long taken;

    /// <summary>The bytes that are taken.</summary>
    public long Taken => Interlocked.Read(ref taken);

    public bool TryTake(int bytes)
    {
        if (Interlocked.Add(ref taken, bytes) <= most)
            return true;
        Give(bytes);
        return false;
    }

    public void Give(int bytes) => Interlocked.Add(ref taken, -bytes);
}
