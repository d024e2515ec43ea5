needs openjdk-17-jdk-headless:/usr/bin/javac

given() {
    mkdir ~/programs
    cat >~/programs/Program.java <<'JAVA'
import java.nio.file.*;
import java.security.MessageDigest;
public class Program {
    public static void main(String[] words) throws Exception {
        Files.writeString(Path.of("result"), String.join(" ", words));
        Thread thread = new Thread(() -> System.out.println("from a thread"));
        thread.start();
        thread.join();
        System.out.println(MessageDigest.getInstance("SHA-256").digest(new byte[1])[0]);
        System.exit(3);
    }
}
JAVA
    javac -d ~/programs ~/programs/Program.java
}

works() { $ward java -cp ~/programs Program one two || echo "status $?"; }

attack='an object in a file starts a program when it is read'
goal='executed'
denied='syscall execve'
bait() {
    cat >~/programs/Hostile.java <<'JAVA'
import java.io.*;
public class Hostile implements Serializable {
    private void readObject(ObjectInputStream in) throws Exception {
        new ProcessBuilder("/bin/sh", "-c", "echo >executed").start().waitFor();
    }
    public static void main(String[] words) throws Exception {
        try (ObjectInputStream in = new ObjectInputStream(new FileInputStream("object"))) { in.readObject(); }
    }
    static class Maker {
        public static void main(String[] words) throws Exception {
            try (ObjectOutputStream out = new ObjectOutputStream(new FileOutputStream("object"))) { out.writeObject(new Hostile()); }
        }
    }
}
JAVA
    javac -d ~/programs ~/programs/Hostile.java
    java -cp ~/programs 'Hostile$Maker'
}
attack() { $ward java -cp ~/programs Hostile; }
